"""The other half of a camera: ONVIF over HTTP, and an answer to whoever looks for cameras (WS-Discovery).

By ONVIF's core and media specifications (devicemgmt.wsdl, media.wsdl 1.0) and OASIS' WS-UsernameToken profile 1.1;
written without a SOAP library, so that a client's library is tried against something else than itself.
"""
