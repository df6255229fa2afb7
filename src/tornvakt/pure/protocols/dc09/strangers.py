"""Recognise what is not DC-09 by its first bytes: other protocols, browsers and scanners."""

_VERBS = (b"GET ", b"POST ", b"HEAD ", b"PUT ", b"OPTIONS ", b"CONNECT ", b"DELETE ")


def recognise(raw: bytes) -> str | None:
    """Return the code of the protocol these bytes belong to; None when it may be DC-09."""
    head = raw.lstrip(b"\r\n\x00 \t")[:512]
    if raw[:2] == b"\x16\x03":
        return "tls"
    if head.startswith(_VERBS) or b" HTTP/1." in head:
        return "http"
    if b"SIP/2.0" in head:
        return "sip"
    if head.startswith(b"SSH-"):
        return "ssh"
    if b"<alarmrequest" in head or b"<pingrequest" in head or b"<requestnewauth" in head:
        return "sos_access"
    if head.startswith(b"<"):
        return "xml"
    if b"#CRC=" in head and b"##" in head:
        return "osborne_hoffman"
    if raw[:1] == b"\x10" and b"MQTT" in raw[:16]:
        return "mqtt"
    if raw[:2] == b"\x03\x00" or b"\xffSMB" in raw[:16] or b"\xfeSMB" in raw[:16]:
        return "scanner"
    if b"\x14" in raw and head[:1].isalnum() and b'"' not in head:
        return "surgard"
    if head.startswith(b"{"):
        return "json"
    return None
