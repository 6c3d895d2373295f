"""Requests of services that a server need not have, and of which a case wants to see the refusal.

OPC 10000-4 1.05.04: node management 5.8, query 5.10, history 5.11.3 and 5.11.5, transfer 5.14.7.
"""

from __future__ import annotations

from typing import Any

from asyncua import ua

from testbed.testers.opcua.requests import NO_TIME, ids


def empty(service: str) -> Any:
    """Return a request of a service, by its name, with nothing to do."""
    return getattr(ua, f"{service}Request")()


def history_read(*nodes: ua.NodeId) -> ua.HistoryReadRequest:
    """Return a HistoryRead of one raw value of each node (5.11.3)."""
    request = ua.HistoryReadRequest()
    request.Parameters.HistoryReadDetails = ua.ReadRawModifiedDetails(
        IsReadModified=False,
        StartTime=NO_TIME,
        EndTime=ua.win_epoch_to_datetime(1 << 57),
        NumValuesPerNode=1,
        ReturnBounds=False,
    )
    request.Parameters.ReleaseContinuationPoints = False
    request.Parameters.NodesToRead = [
        ua.HistoryReadValueId(NodeId=node, IndexRange=None, DataEncoding=ua.QualifiedName(None, 0))
        for node in nodes
    ]
    return request


def add_node(parent: ua.NodeId, name: str) -> ua.AddNodesRequest:
    """Return an AddNodes of one Object below a parent (5.8.2)."""
    request = ua.AddNodesRequest()
    request.Parameters.NodesToAdd = [
        ua.AddNodesItem(
            ParentNodeId=parent,
            ReferenceTypeId=ids.Organizes,
            RequestedNewNodeId=ua.NodeId(),
            BrowseName=ua.QualifiedName(name, 1),
            NodeClass=ua.NodeClass.Object,
            NodeAttributes=ua.ObjectAttributes(),
            TypeDefinition=ids.BaseObjectType,
        )
    ]
    return request


def delete_node(node: ua.NodeId) -> ua.DeleteNodesRequest:
    """Return a DeleteNodes of one node (5.8.4)."""
    request = ua.DeleteNodesRequest()
    request.Parameters.NodesToDelete = [ua.DeleteNodesItem(NodeId=node, DeleteTargetReferences=False)]
    return request
