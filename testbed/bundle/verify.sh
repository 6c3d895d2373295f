#!/bin/sh
# Is this paper what its signer signed?   이 문서가 서명된 그대로인지 확인합니다.
#
#   sh verify.sh PAGE|FOLDER [ROOT.pem [CRL.pem]]
#
# PAGE is a report.html or certificate.html, FOLDER a whole bundle (every file of it is compared).
# ROOT.pem holds the root certificates that you trust, CRL.pem the list of what they revoked.
# Exit status: 0 good, 1 refused, 2 signer unknown, 64 cannot be checked.
#
# Needs a POSIX shell, sed, grep and OpenSSL 3. It writes no file and opens no connection.
# This copy is itself listed in the signed statement, but a forger would change both: take verify.sh and the root
# certificate from the project or the laboratory, not from whoever handed you the page.
#
# It believes nothing that it cannot write again: what it read must give back the page byte for byte.

set -u
LC_ALL=C
export LC_ALL
unset SSL_CERT_FILE SSL_CERT_DIR

nl='
'
begin='-----BEGIN CMS-----'
end='-----END CMS-----'
project='https:\/\/mother-factory\.example'
refused=no
unknown=no

stop() {
    printf 'verify.sh: %s / %s\n' "$1" "$2" >&2
    exit 64
}

refuse() { # file, reason, 이유
    printf 'REFUSED 거부  %s: %s / %s\n' "$1" "$2" "$3"
    refused=yes
}

sha256() {
    openssl dgst -sha256 -r | sed 's/ .*//'
}

signature() {
    printf '%s\n' "$pem"
}

# The container's DER as a list of types, without lengths, contents and the certificate: all of it is constant.
outline() {
    printf '%s\n' "$asn1" | sed -e 's/ @[0-9]*+[0-9]*$//' -e '/^3 cons cont/,/^3 cons SET/{' -e '/^[5-9] /d' -e '/^1[0-9] /d' -e '}' \
        -e '/^5 prim INTEGER/,/^6 prim INTEGER/{' -e '/^[7-9] /d' -e 's/^6 prim INTEGER.*/6 prim INTEGER/' -e '}' \
        -e 's/OCTET STRING.*/OCTET STRING/' -e 's/UTCTIME.*/UTCTIME/'
}

expected_outline='0 cons SEQUENCE
1 prim OBJECT :pkcs7-signedData
1 cons cont [ 0 ]
2 cons SEQUENCE
3 prim INTEGER :01
3 cons SET
4 cons SEQUENCE
5 prim OBJECT :sha256
5 prim NULL
3 cons SEQUENCE
4 prim OBJECT :pkcs7-data
4 cons cont [ 0 ]
5 prim OCTET STRING
3 cons cont [ 0 ]
4 cons SEQUENCE
3 cons SET
4 cons SEQUENCE
5 prim INTEGER :01
5 cons SEQUENCE
6 cons SEQUENCE
6 prim INTEGER
5 cons SEQUENCE
6 prim OBJECT :sha256
6 prim NULL
5 cons cont [ 0 ]
6 cons SEQUENCE
7 prim OBJECT :contentType
7 cons SET
8 prim OBJECT :pkcs7-data
6 cons SEQUENCE
7 prim OBJECT :signingTime
7 cons SET
8 prim UTCTIME
6 cons SEQUENCE
7 prim OBJECT :messageDigest
7 cons SET
8 prim OCTET STRING
6 cons SEQUENCE
7 prim OBJECT :id-smime-aa-signingCertificateV2
7 cons SET
8 cons SEQUENCE
9 cons SEQUENCE
10 cons SEQUENCE
11 prim OCTET STRING
5 cons SEQUENCE
6 prim OBJECT :ecdsa-with-SHA256
5 prim OCTET STRING'

# Whether openssl would read the same out of another spelling of the container: sets certificate, fingerprint.
is_canonical() {
    [ "$(signature | openssl cms -cmsout -inform PEM -outform PEM 2>/dev/null)" = "$pem" ] || return 1
    # Lines like "7 prim OBJECT :contentType @2+9": depth, kind, type, content, lengths of header and content.
    asn1=$(signature | openssl asn1parse -inform PEM 2>/dev/null | sed \
        -e 's/^ *[0-9]*:d= *\([0-9]*\) *hl= *\([0-9]*\) *l= *\([0-9]*\) *\([a-z]*\): *\(.*\)$/\1 \4 \5 @\2+\3/' \
        -e 's/  *:/ :/' -e 's/ *\( @[0-9]*+[0-9]*\)$/\1/')
    [ "$(outline)" = "$expected_outline" ] || return 1

    certificate=$(signature | sed -e '1s/CMS/PKCS7/' -e '$s/CMS/PKCS7/' | openssl pkcs7 -print_certs 2>/dev/null)
    fingerprint=$(printf '%s\n' "$certificate" | openssl x509 -outform DER 2>/dev/null | sha256)
    attested=$(printf '%s\n' "$asn1" | sed -n 's/^11 prim OCTET STRING *\[HEX DUMP\]:\([0-9A-F]*\) @.*$/\1/p' |
        sed 'y/ABCDEF/abcdef/')
    [ "$attested" = "$fingerprint" ] || return 1

    # Whose certificate it is stands a second time outside of it, where openssl compares names without regard to
    # case and leaves their encoding as it is.
    signed_by=$(printf '%s\n' "$asn1" | sed -n '/^5 prim INTEGER/,/^6 prim INTEGER/p')
    issuer=$(printf '%s\n' "$signed_by" | sed -n -e '/^6 cons /p' -e '/^[7-9] /p')
    serial=$(printf '%s\n' "$signed_by" | sed -n '$p')
    case $asn1 in
        *"$nl$serial${nl}6 cons SEQUENCE @"*"$nl$issuer${nl}6 cons SEQUENCE @"*"${nl}7 prim UTCTIME :"*) ;;
        *) return 1 ;;
    esac

    # Of the two signatures (r, s) and (r, n - s), which hold alike, only the lower one.
    ! printf '%s\n' "$asn1" | sed -n '$p' | grep -q '022100[89A-F][0-9A-F]\{63\} @[0-9]*+[0-9]*$'
}

# Check one page; sets payload, kind (report or certificate) and subjects ("digest name" lines), or fails.
page() {
    file=$1
    if grep -q "$(printf '\r')" <"$file"; then
        refuse "$file" 'the page has CR characters; it was converted after signing' '서명 후 줄바꿈(CR)이 변환됨'
        return 1
    fi
    at=$(sed -n "/^$begin\$/=" <"$file")
    case $at in
        '' | 1) refuse "$file" 'the page carries no signature block' '서명 블록이 없음' && return 1 ;;
        *"$nl"*) refuse "$file" 'the page carries more than one signature block' '서명 블록이 둘 이상임' && return 1 ;;
    esac
    pem=$(sed -n "$at,\$p" <"$file" 2>/dev/null | sed '$d')
    body=${pem#"$begin$nl"}
    body=${body%"$nl$end"}
    if [ "$begin$nl$body$nl$end" != "$pem" ] || printf '%s\n' "$body" | grep -q '[^A-Za-z0-9+/=]'; then
        refuse "$file" 'something other than base64 stands in or after the signature block' \
            '서명 블록 안이나 뒤에 base64가 아닌 내용이 있음'
        return 1
    fi
    again=$({ sed "$((at - 1)),\$d" <"$file" && printf '<!--\n%s\n-->\n' "$pem"; } | sha256)
    if [ "$again" != "$(sha256 <"$file")" ]; then
        refuse "$file" 'the page is more than visible text, one comment and its signature block' \
            '본문과 서명 주석 하나 외에 다른 내용이 있음'
        return 1
    fi
    if ! is_canonical; then
        refuse "$file" 'the signature block is altered' '서명 블록이 변경됨'
        return 1
    fi
    if ! payload=$(signature | openssl cms -verify -noverify -inform PEM 2>/dev/null); then
        refuse "$file" 'the signature does not hold' '서명이 유효하지 않음'
        return 1
    fi
    case $payload in
        *"$nl"*) refuse "$file" 'what is signed is not one line' '서명된 내용이 한 줄이 아님' && return 1 ;;
    esac
    statement && signer
}

# Take the signed statement apart: sets kind and subjects, and compares the visible part of the page.
statement() {
    kind=$(printf '%s\n' "$payload" | sed -n \
        "s/^{\"_type\":\"https:\/\/in-toto\.io\/Statement\/v1\",\"predicate\":{.*},\"predicateType\":\"$project\/\([a-z-]*\)\/v1\",\"subject\":\[{[^][]*}\]}\$/\1/p")
    case $kind in
        test-report) kind=report unit=laboratory other_unit=council ;;
        confirmation) kind=certificate unit=council other_unit=laboratory ;;
        *) refuse "$file" 'what is signed is no statement of a known kind' '알 수 없는 종류의 서명 내용' && return 1 ;;
    esac
    subjects=$(printf '%s\n' "$payload" | sed -e 's/^.*,"subject":\[//' -e 's/\]}$//' -e 's/},{/}\
{/g' | sed -e 's/^{"digest":{"sha256":"\([0-9a-f]*\)"},"name":"\([A-Za-z0-9_][A-Za-z0-9._+\/#-]*\)"}$/\1 \2/' -e t -e 's/.*/?/')
    visible=$(sed "$((at - 1)),\$d" <"$file" | sha256)
    if [ "${subjects%%"$nl"*}" != "$visible $kind.html#visible" ]; then
        refuse "$file" 'the visible page is not the one that was signed' '보이는 내용이 서명된 내용과 다름'
        return 1
    fi
    if printf '%s\n' "$subjects" | grep -q -e '?' -e '/\.' -e '//'; then
        refuse "$file" 'the statement lists a name that is no portable path' '서명 내용의 파일 이름이 올바르지 않음'
        return 1
    fi
}

# Who signed: does a given root vouch for him, and for this kind of paper?
signer() {
    who=$(printf '%s\n' "$certificate" | openssl x509 -noout -subject -nameopt sep_multiline,utf8,esc_ctrl)
    if ! printf '%s\n' "$who" | grep -q "^ *OU=$unit\$" || printf '%s\n' "$who" | grep -q "^ *OU=$other_unit\$"; then
        refuse "$file" "the signer's certificate was not issued to a $unit" '서명자의 자격이 이 문서에 맞지 않음'
        return 1
    fi
    name=$(printf '%s\n' "$who" | sed -n 's/^ *CN=//p' | sed -n '1p')
    test=false test_key=
    if printf '%s\n' "$who" | grep -q '^ *OU=TEST KEY$'; then
        test=true test_key='  TEST KEY 시험용 키'
    fi
    quoted=$(printf '%s\n' "$name" | sed 's/"/\\"/g') # openssl has doubled the backslashes already
    case $payload in
        *"\"signer\":{\"fingerprint\":\"$fingerprint\",\"name\":\"$quoted\",\"test\":$test}"*) ;;
        *)
            refuse "$file" 'the statement names another signer than the certificate' '서명 내용의 서명자가 인증서와 다름'
            return 1 ;;
    esac
    key=$(printf '%s\n' "$fingerprint" | sed 's/\(.\{16\}\).*/\1/')
    if [ -z "$trusted" ]; then
        stranger
        return
    fi
    # shellcheck disable=SC2086 # one word or none
    said=$(
        signature | openssl cms -verify -inform PEM $crl_check -no-CApath -no-CAstore -CAfile /dev/fd/3 3<<EOF 2>&1 >/dev/null
$trusted
EOF
    ) && {
        printf 'signed 서명  %s: %s, key %s…%s\n' "$file" "$name" "$key" "$test_key"
        return 0
    }
    case $said in
        *'certificate has expired'*) refuse "$file" "the certificate of the signer or of his root has expired" '서명자 또는 루트 인증서 만료' ;;
        *'not yet valid'*) refuse "$file" "the certificate of the signer or of his root is not yet valid" '서명자 또는 루트 인증서 유효기간 전' ;;
        *'certificate revoked'*) refuse "$file" "the signer's certificate was revoked" '서명자 인증서 폐지' ;;
        *'unable to get certificate CRL'*)
            refuse "$file" "the revocation list is not of the signer's root" '폐지 목록이 서명자의 루트 것이 아님' ;;
        *'CRL has expired'*) refuse "$file" 'the revocation list has expired' '폐지 목록 만료' ;;
        *'Verify error:unable to get'* | *'Verify error: unable to get'* | *'self-signed'* | *'self signed'*)
            stranger ;;
        *) refuse "$file" "openssl refuses the signer's certificate:$(printf '%s\n' "$said" |
            sed -n 's/.*Verify error:\([A-Za-z0-9 _-]*\).*/\1/p' | sed -n '1p')" '서명자 인증서를 신뢰할 수 없음' ;;
    esac
}

stranger() {
    printf 'unknown 미확인  %s: %s / %s (key %s…)\n' "$file" \
        'is signed by a key for which no given root vouches' '제시된 루트가 보증하지 않는 키로 서명됨' "$key"
    unknown=yes
}

# Compare every file of a bundle with the statement of its report.
bundle() {
    folder=$1
    case $folder in
        /*) ;;
        *) folder=./$folder ;;
    esac
    listed=$nl$(printf '%s\n' "$subjects" | sed -e 's/^[^ ]* //' -e '/#/d')$nl
    for name in report.html certificate.html statement.json; do
        case $listed in
            *"$nl$name$nl"*) refuse "$name" 'is listed, which no report can list' '성적서가 열거할 수 없는 파일' ;;
        esac
        listed=$listed$name$nl
    done
    signed=
    set --
    while read -r digest name; do
        case $name in
            *'#'*) continue ;;
        esac
        if [ -h "$folder/$name" ] || [ ! -f "$folder/$name" ]; then
            refuse "$name" 'is missing, or no regular file' '파일이 없거나 일반 파일이 아님'
            continue
        fi
        signed="$signed$digest *$folder/$name$nl"
        set -- "$@" "$folder/$name"
        if [ $# -eq 100 ]; then
            digests "$@"
            signed=
            set --
        fi
    done <<EOF
$subjects
EOF
    [ $# -eq 0 ] || digests "$@"
    rest "$folder"
}

# Compare some files with their signed digests, all at once, and only where they differ one by one.
digests() {
    [ "$(openssl dgst -sha256 -r "$@" 2>/dev/null)$nl" = "$signed" ] && return
    for path in "$@"; do
        case $nl$signed in
            *"$nl$(sha256 <"$path") *$path$nl"*) ;;
            *) refuse "${path#"$folder/"}" 'is not the file that was signed' '서명된 파일과 다름' ;;
        esac
    done
}

# What a bundle holds beside what is listed: the statement itself, and nothing else.
rest() {
    if [ -h "$1/statement.json" ] || [ ! -f "$1/statement.json" ] ||
        [ "$(sha256 <"$1/statement.json")" != "$(printf '%s' "$payload" | sha256)" ]; then
        refuse statement.json 'is not the statement that report.html carries' '성적서에 서명된 내용과 다름'
    fi
    added=$(strangers "$1" '')
    if [ -n "$added" ]; then
        refuse "$1" "holds what is not part of the bundle: $added" '서명되지 않은 파일이 있음'
    fi
}

# Name what stands in a folder ($1, called $2 in the bundle) without being listed.
strangers() {
    for entry in "$1"/* "$1"/.[!.]* "$1"/..?*; do
        [ -e "$entry" ] || [ -h "$entry" ] || continue
        name=$2${entry##*/}
        case $name in
            *[!A-Za-z0-9._+/-]*) printf '(a name of other characters) ' && continue ;;
        esac
        if [ ! -h "$entry" ] && [ -d "$entry" ]; then
            case $listed in
                *"$nl$name/"*) (strangers "$entry" "$name/") && continue ;;
            esac
        elif [ ! -h "$entry" ]; then
            case $listed in
                *"$nl$name$nl"*) continue ;;
            esac
        fi
        printf '%s ' "$name"
    done
}

# Compare the report beside a certificate with the one that the council confirms.
confirmed() {
    other=${1%"${1##*/}"}report.html
    rest=${subjects#*"$nl"}
    if [ "${rest#* }" != report.html ]; then
        refuse "$1" 'does not confirm report.html and that alone' 'report.html만을 확인한 문서가 아님'
    elif [ ! -f "$other" ] || [ -h "$other" ]; then
        printf 'note 참고  %s: %s / %s\n' "$1" 'no report.html beside it to compare' '비교할 report.html이 곁에 없음'
    elif [ "$(sha256 <"$other")" != "${rest%% *}" ]; then
        refuse "$other" 'is not the report that the certificate confirms' '확인서가 확인한 성적서가 아님'
    fi
}

of_kind() {
    [ "$kind" = "$1" ] && return
    refuse "$file" "is signed as a $kind, not as a $1" '다른 종류의 문서로 서명됨'
    return 1
}

# Print the PEM blocks of one kind: a list of revoked certificates must not bring a root along.
blocks() {
    sed -n "/^-----BEGIN $1-----/,/^-----END $1-----/p"
}

case $# in
    1 | 2 | 3) ;;
    *) stop 'usage: sh verify.sh PAGE|FOLDER [ROOT.pem [CRL.pem]]' '사용법: sh verify.sh 문서|폴더 [루트.pem [폐지목록.pem]]' ;;
esac
case $(openssl version 2>/dev/null) in
    'OpenSSL '[3-9]* | 'OpenSSL '[1-9][0-9]*) ;;
    *) stop 'OpenSSL 3 or later is needed' 'OpenSSL 3 이상이 필요합니다' ;;
esac
what=$1
trusted=
crl_check=
if [ $# -ge 2 ]; then
    trusted=$(blocks CERTIFICATE <"$2")
    [ -n "$trusted" ] || stop "$2 holds no root certificate" '루트 인증서가 없습니다'
fi
if [ $# -eq 3 ]; then
    crl=$(blocks 'X509 CRL' <"$3")
    [ -n "$crl" ] || stop "$3 holds no revocation list" '폐지 목록이 없습니다'
    trusted=$trusted$nl$crl
    crl_check=-crl_check
fi

if [ -d "$what" ]; then
    if [ -h "$what/report.html" ] || [ ! -f "$what/report.html" ]; then
        refuse "$what/report.html" 'is missing, or no regular file' '파일이 없거나 일반 파일이 아님'
    elif page "$what/report.html" && of_kind report; then
        bundle "$what"
    fi
    if [ -h "$what/certificate.html" ] || [ -e "$what/certificate.html" ]; then
        if [ -h "$what/certificate.html" ] || [ ! -f "$what/certificate.html" ]; then
            refuse "$what/certificate.html" 'is no regular file' '일반 파일이 아님'
        elif page "$what/certificate.html" && of_kind certificate; then
            confirmed "$what/certificate.html"
        fi
    fi
elif [ -f "$what" ]; then
    if page "$what" && [ "$kind" = certificate ]; then
        confirmed "$what"
    fi
else
    stop "$1: there is no such file or folder" '파일이나 폴더가 없습니다'
fi

if [ $refused = yes ]; then
    printf 'REFUSED 거부\n'
    exit 1
elif [ $unknown = yes ]; then
    printf 'SIGNER UNKNOWN 서명자 미확인\n'
    exit 2
fi
printf 'GOOD 진본\n'
