"""Where each maker's server wants whom it trusts, as STEPS.txt says it, and where that was read.

What could not be found in a text of the maker's, or in the product's own code, is marked `not checked`.
"""

VENDORS = r"""Any server that keeps the layout of OPC 10000-12
  authority.der, second-authority.der  ->  PKI/trusted/certs
  authority.crl                        ->  PKI/trusted/crl
  issuers/*.crl                        ->  PKI/issuer/crl
  To trust the certificate alone: self-signed.der -> PKI/trusted/certs.
  Whoever was turned away is found in PKI/rejected/certs.
  [read in: OPC 10000-12, Annex F.1]

open62541 (UA_CertificateGroup_Filestore)
  As above, in STORE/ApplCerts: trusted/certs, trusted/crl, issuer/certs, issuer/crl.
  Whoever was turned away is found in STORE/ApplCerts/rejected/certs. Changes are seen at once.
  user-authority.der and user-authority.crl go into the same folders of STORE/UserTokenCerts.
  [read in: open62541/open62541 on GitHub, plugins/crypto/ua_certificategroup_filestore.c]

node-opcua (OPCUACertificateManager)
  authority.der, second-authority.der  ->  ROOT/issuers/certs, and ROOT/trusted/certs, too
  authority.crl, issuers/*.crl         ->  ROOT/issuers/crl
  To trust the certificate alone: self-signed.der -> ROOT/trusted/certs.
  Whoever is unknown appears in ROOT/rejected: move the file from there.
  user-authority.der and user-authority.crl go into the same folders of the userCertificateManager's ROOT.
  [read in: node-opcua-pki 7.0.0, readme and code]

asyncua (opcua-asyncio)
  Put authority.der, second-authority.der and self-signed.der into one folder, authority.crl into another,
  renamed to authority.crl.der: a file that is called neither .der nor .pem is passed over without a word.
    store = TrustStore([Path(CERTS)], [Path(CRLS)])
    await store.load()
    options = CertificateValidatorOptions.TRUSTED_VALIDATION | CertificateValidatorOptions.PEER_CLIENT
    server.set_certificate_validator(CertificateValidator(options, store))
  [read in: asyncua 2.1.0, asyncua/crypto/truststore.py and validator.py]

OPC Foundation UA .NET Standard
  As the first, in `pki`: trusted/certs, trusted/crl, issuer/certs, issuer/crl.
  The server's configuration file names the folders, and that of those who were turned away.
  [read in: OPCFoundation/UA-.NETStandard on GitHub, Docs/Certificates.md]

Unified Automation (SDK for C++ and ANSI C, UaGateway)
  authority.der, second-authority.der  ->  pkiserver/trusted/certs
  Where `pkiserver` lies differs between products. Where authority.crl goes: not checked.
  [read in: programs of the C++ SDK's users; the maker's own text was not found]

Beckhoff TwinCAT OPC UA Server (TF6100)
  authority.der, second-authority.der  ->  PKI\CA\trusted
  Whoever was turned away lies in PKI\CA\rejected: move the file. Where authority.crl goes: not checked.
  PKI is %TcInstallDir%\Functions\TF6100-OPC-UA\Win32\Server\PKI, or Win64.
  The Gateway has pkiserver\trusted\certs and pkiserver\rejected instead, from 1.7.0 on in
  C:\ProgramData\Beckhoff\TF6100-OPC-UA\TcOpcUaGateway\pki.
  [read in: infosys.beckhoff.com, TF6100, Application directories, 15618812299 and 15623316875]

CODESYS Control (OPC UA Server)
  View > Security Screen > Devices: choose the controller, and put authority.der and second-authority.der
  among its trusted certificates. Needs the add-on CODESYS Security Agent.
  Send authority.crl to the folder cert/import by file transfer, then type `cert-importcrl` in the PLC shell.
  [read in: content.helpme-codesys.com, CODESYS Communication, Managing OPC UA Certificates]

KEPServerEX, Kepware Server
  Icon in the system tray > OPC UA Configuration > Trusted Clients: import self-signed.der, or trust the
  tester there after its first try. Then Reinitialize. Declare `trusts: [certificate]`.
  Whether it can trust an authority: not checked.
  [read in: Kepware, OPC UA Configuration Manager, 2020; docs.emqx.com, Connect to KEPServerEX]

Siemens SIMATIC S7-1500
  Where certificates are managed at run time (STEP 7: OPC UA > Server > Certificates): write authority.der,
  second-authority.der and authority.crl into the TrustList of the group OpcUaServerGroup, as a GDS does;
  the memory card keeps them in `pki store\trusted`.
  Where STEP 7 loads them with the project (certificate manager, trusted clients): not checked.
  X.509 users are not supported: leave `Security User X509` out of the declaration.
  [read in: Communication Function Manual 05/2021, A5E03735815-AJ, 9.2.3 and 9.2.7.6]

Prosys OPC UA Simulation Server
  authority.der, second-authority.der  ->  PKI/CA/certs
  user-authority.der                   ->  USERS_PKI/CA/certs
  Both lie in ~/.prosysopc/prosys-opc-ua-simulation-server. Restart the server. Where lists go: not checked.
  [read in: notes of users of its products; the maker's own text was not found]

B&R Automation Runtime
  Not checked: no text of the maker's was found. Look into its manual.
"""
