"""The words of each finding, Swedish and English: what happened, what it means, what to do."""

TEXTS: dict[str, tuple[str, str]] = {
    "ok": ("Ingen avvikelse.", "Nothing deviates."),
    "unknown": ("Okänd avvikelse.", "Unknown deviation."),
    "empty": ("Panelen sände bara tomma tecken.", "The panel sent nothing but blanks."),
    # the frame check: known variants
    "crc_over_cr": (
        "Kontrollsumman räknas över CR: Eldes-variant.",
        "The checksum is taken over the CR: Eldes variant.",
    ),
    "crc_and_length_over_cr": (
        "Kontrollsumman och längden räknas över CR: Eldes-variant.",
        "Checksum and length are taken over the CR: Eldes variant.",
    ),
    "crc_binary": (
        "Kontrollsumman sänds som två råa byte i stället för fyra hextecken: Lupusec, Trikdis.",
        "The checksum is sent as two raw bytes, not four digits: Lupusec, Trikdis.",
    ),
    # the frame check: faults
    "crc": (
        "Kontrollsumman är fel: panelen sände {given}, rätt är {right}. "
        "Längden stämmer. Troligen störning på vägen.",
        "The checksum is wrong: the panel sent {given}, right is {right}. "
        "The length is right. Probably damaged on the way.",
    ),
    "crc_and_length": (
        "Kontrollsumma och längd är fel: panelen anger {length} byte, {is} kom. "
        "Ramen är avklippt eller skadad på vägen.",
        "Checksum and length are wrong: the panel says {length} bytes, {is} came. "
        "The frame was cut or damaged on the way.",
    ),
    "crc_swapped": (
        "Kontrollsummans två byte står i omvänd ordning: {given} i stället för {right}.",
        "The two bytes of the checksum are swapped: {given} instead of {right}.",
    ),
    "crc_algorithm": (
        "Panelen räknar troligen {algorithm}. Det ska vara CRC-16/ARC (A001, start 0000).",
        "The panel probably uses {algorithm}. It must be CRC-16/ARC (A001, start 0000).",
    ),
    "crc_algorithm_swapped": (
        "Panelen räknar troligen {algorithm} med omvänd byteordning. "
        "Det ska vara CRC-16/ARC (A001, start 0000).",
        "The panel probably uses {algorithm} with swapped bytes. "
        "It must be CRC-16/ARC (A001, start 0000).",
    ),
    "crc_over_length": (
        "Kontrollsumman räknas över längdfältet också. Den ska börja vid första citattecknet.",
        "The checksum covers the length field too. It must begin at the first quote.",
    ),
    "crc_without_quote": (
        "Kontrollsumman räknas utan första citattecknet. Det ska vara med.",
        "The checksum leaves out the first quote. It must be included.",
    ),
    "crc_over_lf": (
        "Kontrollsumman räknas över inledande LF. Den ska börja vid första citattecknet.",
        "The checksum covers the leading LF. It must begin at the first quote.",
    ),
    "crc_over_crlf": (
        "Kontrollsumman räknas över CR och LF på slutet. Den ska sluta före CR.",
        "The checksum covers CR and LF at the end. It must end before the CR.",
    ),
    "crc_without_time": (
        "Kontrollsumman räknas utan tiden. Tiden ska vara med.",
        "The checksum leaves out the time. It must be included.",
    ),
    "crc_question_marks": (
        "Kontrollsumman räknas med frågetecken för å, ä och ö. Räkna på de byte som sänds.",
        "The checksum counts accented letters as question marks. It must cover the bytes sent.",
    ),
    "crc_seven_bits": (
        "Kontrollsumman räknas på sju bitar för å, ä och ö. Den ska räknas på de byte som sänds.",
        "The checksum counts accented letters as seven bits. It must cover the bytes sent.",
    ),
    "crc_other_text": (
        "Kontrollsumman räknas i en annan teckenkod än texten sänds i (UTF-8 mot Windows-1252).",
        "The checksum is taken in another text coding than the one sent "
        "(UTF-8 against Windows-1252).",
    ),
    "length": (
        "Längden är fel: panelen anger {length} byte, rätt är {is} ({off}). "
        "Kontrollsumman stämmer.",
        "The length is wrong: the panel says {length} bytes, right is {is} ({off}). "
        "The checksum is right.",
    ),
    "length_whole": (
        "Längden räknas över hela ramen. Den ska räknas från första citattecknet till före CR.",
        "The length counts the whole frame. It must run from the first quote to before the CR.",
    ),
    "length_decimal": (
        "Längden är skriven decimalt. Den ska vara hexadecimal.",
        "The length is written in decimal. It must be hexadecimal.",
    ),
    "no_crc": (
        "Bara fyra tecken står före första citattecknet ({head}). Det ska vara kontrollsumma "
        "({crc}) och längd.",
        "Only four digits stand before the first quote ({head}). There must be a checksum "
        "({crc}) and a length.",
    ),
    "bad_header": (
        "Före första citattecknet ska stå LF, fyra hextecken kontrollsumma och fyra längd. "
        "Där står: {head}",
        "Before the first quote there must be LF, four hexadecimal digits of checksum and four of "
        "length. There is: {head}",
    ),
    "no_lf": (
        "Ramen saknar LF i början. Allt annat stämmer.",
        "The frame lacks its leading LF. All else is right.",
    ),
    "no_cr": (
        "Ramen saknar CR på slutet. Allt annat stämmer.",
        "The frame lacks its closing CR. All else is right.",
    ),
    "lf_for_cr": (
        "Ramen slutar med LF. Den ska sluta med CR.",
        "The frame ends with LF. It must end with CR.",
    ),
    "cut_short": (
        "Ramen kom inte fram hel: {is} av {length} byte. Panelen avbröt eller nätet bröts.",
        "The frame did not arrive whole: {is} of {length} bytes. "
        "The panel or the network broke off.",
    ),
    "too_long": (
        "Ramen är för lång: {length} byte. Högst 4095 får sändas.",
        "The frame is too long: {length} bytes. At most 4095 may be sent.",
    ),
    # keys
    "wrong_key": (
        "Fel nyckel: den krypterade delen går inte att öppna med kontots AES-{bits}-nyckel.",
        "Wrong key: the enciphered part does not open with the account's AES-{bits} key.",
    ),
    "enciphered_without_key": (
        "Panelen krypterar, men konto {account} har ingen nyckel här. Lägg in nyckeln.",
        "The panel enciphers, but account {account} has no key here. Enter the key.",
    ),
    "plain_with_key": (
        "Panelen sänder okrypterat, men konto {account} har en nyckel. "
        "Slå på kryptering i panelen.",
        "The panel sends in clear, but account {account} has a key. "
        "Turn enciphering on in the panel.",
    ),
    "cipher_not_hex": (
        "Den krypterade delen är inte skriven med hextecken.",
        "The enciphered part is not written in hexadecimal digits.",
    ),
    "cipher_not_blocks": (
        "Den krypterade delen har {length} hextecken. Antalet ska vara delbart med 32.",
        "The enciphered part has {length} digits. Their number must be a multiple of 32.",
    ),
    "cipher_unchained": (
        "Panelen krypterar varje block för sig (ECB). Det ska vara CBC med startvärde noll.",
        "The panel enciphers each block alone (ECB). It must be CBC "
        "with an initial vector of zero.",
    ),
    # clocks
    "clock_hours_ahead": (
        "Klockan går {hours} h fel, före oss: panelen sänder troligen svensk tid. "
        "Det ska vara UTC.",
        "The clock is {hours} h wrong, ahead of us: the panel probably sends local time. "
        "It must be UTC.",
    ),
    "clock_hours_behind": (
        "Klockan går {hours} h fel, efter oss: tidszonen i panelen är troligen fel ställd.",
        "The clock is {hours} h wrong, behind us: the panel's time zone is probably set wrong.",
    ),
    "clock_ahead": (
        "Klockan går {sv} före vår. Ställ panelens klocka.",
        "The clock is {en} ahead of ours. Set the panel's clock.",
    ),
    "clock_behind": (
        "Klockan går {sv} efter vår. Ställ panelens klocka.",
        "The clock is {en} behind ours. Set the panel's clock.",
    ),
    "day_before_month": (
        "Datumet står med dag före månad ({given}). Det ska vara månad-dag-år.",
        "The date has the day before the month ({given}). It must be month-day-year.",
    ),
    "unreadable_time": (
        "Tiden går inte att läsa ({given}). Den ska vara TT:MM:SS,månad-dag-år.",
        "The time cannot be read ({given}). It must be HH:MM:SS,month-day-year.",
    ),
    "no_time": (
        "Det krypterade meddelandet saknar tid. Den krävs.",
        "The enciphered message has no time. It is required.",
    ),
    # not DC-09
    "not_dc09": (
        "Detta är inte DC-09. Så här börjar det: {sample}",
        "This is not DC-09. It begins: {sample}",
    ),
    "tls": (
        "Panelen försöker med TLS. Denna port talar DC-09 utan TLS.",
        "The panel tries TLS. This port speaks DC-09 without TLS.",
    ),
    "http": (
        "En webbläsare eller webbtjänst (HTTP), ingen panel.",
        "A browser or a web service (HTTP), no panel.",
    ),
    "sip": ("SIP: telefoni eller trygghetslarm (SCAIP), inte DC-09.", "SIP: telephony or SCAIP."),
    "ssh": ("SSH, ingen panel.", "SSH, no panel."),
    "mqtt": ("MQTT, inte DC-09.", "MQTT, not DC-09."),
    "json": ("JSON, inte DC-09.", "JSON, not DC-09."),
    "xml": ("XML, inte DC-09.", "XML, not DC-09."),
    "sos_access": (
        "Panelen talar SOS Access. Välj SIA DC-09 i panelen.",
        "The panel speaks SOS Access. Choose SIA DC-09 in the panel.",
    ),
    "osborne_hoffman": (
        "Panelen talar Osborne-Hoffman (OH2000). Välj SIA DC-09 i panelen.",
        "The panel speaks Osborne-Hoffman (OH2000). Choose SIA DC-09 in the panel.",
    ),
    "surgard": (
        "Panelen talar Surgard MLR2. Välj SIA DC-09 i panelen.",
        "The panel speaks Surgard MLR2. Choose SIA DC-09 in the panel.",
    ),
    "scanner": (
        "Någon avsöker nätet efter Windowstjänster, ingen panel.",
        "Somebody scans the network for Windows services; no panel.",
    ),
}

FLAGS: dict[str, tuple[str, str]] = {
    "lower_case_hex": (
        "Kontrollsumma eller längd skrivs med små bokstäver. Det godtas.",
        "Checksum or length is written in lower case. It is accepted.",
    ),
    "no_prefix": (
        "L-fältet saknas. Det ska vara minst L0. Det godtas.",
        "The L field is missing. It must be at least L0. It is accepted.",
    ),
    "empty_prefix": (
        "L-fältet saknar siffror. Det ska vara minst L0. Det godtas.",
        "The L field has no digits. It must be at least L0. It is accepted.",
    ),
    "no_account": (
        "Huvudet saknar konto (# och 3 till 16 hextecken).",
        "The header has no account (# and 3 to 16 hexadecimal digits).",
    ),
    "account_from_data": (
        "Kontot står bara i data. Det ska stå i huvudet också. Det godtas.",
        "The account stands in the data only. It must be in the header too. It is accepted.",
    ),
    "odd_account": (
        "Kontot {account} ska vara 3 till 16 hextecken.",
        "The account {account} must be 3 to 16 hexadecimal digits.",
    ),
    "odd_header": (
        "Huvudet mellan löpnumret och hakparentesen följer inte standarden.",
        "The header between sequence and bracket does not follow the standard.",
    ),
    "odd_sequence": (
        "Löpnumret ska vara fyra siffror.",
        "The sequence must be four digits.",
    ),
    "odd_token": (
        "Meddelandetypen inom citattecken har otillåtna tecken.",
        "The token within the quotes has forbidden characters.",
    ),
    "no_token": (
        "Meddelandetypen saknar avslutande citattecken.",
        "The token lacks its closing quote.",
    ),
    "no_brackets": (
        "Ramen saknar hakparenteser. Det ska stå minst []. Det godtas.",
        "The frame has no brackets. There must be at least []. It is accepted.",
    ),
}
