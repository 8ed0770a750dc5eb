"""Any contract behind gRPC, from the compiled descriptors alone.

`codec` turns contract messages into protobuf bytes and back (events use it too);
`chain` is what every call passes, local or remote; `server` and `client` carry calls
between processes.
"""
