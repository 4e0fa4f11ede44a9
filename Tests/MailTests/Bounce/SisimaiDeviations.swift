/// Rows of the Sisimai corpus that we see otherwise, each with the reason.
enum SisimaiDeviations {
    static let category: [String: String] = [
        "lhost-courier-03.eml 1 rejected":
            "Purported Responsible Address is Sender ID: authentication",
        "lhost-einsundeins-03.eml 1 spamdetected":
            "Orange's ofr_506 refuses the sending address, not the content",
        "lhost-exim-35.eml 1 blocked":
            "`Access denied` alone: nobody says that it is the address; we say policy",
        "lhost-exim-37.eml 1 hostunknown":
            "`neko.example.com does not exist`: no rule can see that this is a domain",
        "lhost-exim-44.eml 1 mailererror":
            "a local program's words that no rule knows",
        "lhost-exim-57.eml 1 rejected":
            "`an address that has been blacklisted`: we say listed",
        "lhost-googleworkspace-01.eml 1 rejected":
            "`does not advertise AUTH`: we say credentials_required",
        "lhost-imailserver-06.eml 1 spamdetected":
            "550 and the subject of the refused message is all it says",
        "lhost-messagingserver-03.eml 1 filtered":
            "no text was found in the message; only 5.7.1",
        "lhost-messagingserver-03.eml 2 filtered":
            "no text was found in the message; only 5.7.1",
        "lhost-mfilter-04.eml 1 rejected":
            "5.4.1 `Access denied` of Microsoft means an unknown recipient (TAXONOMIES.md)",
        "lhost-postfix-01.eml 1 mailererror":
            "procmail's `No such user`",
        "lhost-postfix-54.eml 1 rejected":
            "`Access denied` alone: nobody says whether it is the sender; we say policy",
        "lhost-postfix-55.eml 1 toomanyconn":
            "`Too many recipients` is what it says",
        "lhost-qmail-03.eml 1 rejected":
            "`Access denied` alone: nobody says whether it is the sender; we say policy",
        "lhost-qmail-05.eml 1 systemerror":
            "`in the queue too long`, and an LDAP server away: we say expired",
        "lhost-qmail-07.eml 1 networkerror":
            "`in the queue too long`, and 4.4.1: we say expired",
        "lhost-sendmail-11.eml 1 networkerror":
            "`Name server: ... host name lookup failure`: we say host_unknown, soft",
        "lhost-sendmail-21.eml 1 blocked":
            "`Connection refused`, and nothing of a block: we say network",
        "lhost-sendmail-42.eml 1 hostunknown":
            "`Name server: .: host not found` is a null MX (RFC 7505): takes_no_mail",
        "lhost-v5sendmail-05.eml 1 blocked":
            "one text for four recipients; the replies cannot be told apart",
        "lhost-v5sendmail-05.eml 2 hostunknown":
            "one text for four recipients; the replies cannot be told apart",
        "lhost-v5sendmail-05.eml 3 hostunknown":
            "one text for four recipients; the replies cannot be told apart",
        "lhost-v5sendmail-07.eml 2 hostunknown":
            "one text for several recipients; the replies cannot be told apart",
        "lhost-zoho-02.eml 1 filtered":
            "one text for several recipients; the replies cannot be told apart",
        "rfc3464-35.eml 1 rejected":
            "`user unknown`: Sisimai knows from the command that the sender was meant",
        "rfc3464-64.eml 1 networkerror":
            "NXDOMAIN: the domain does not exist, which is no trouble of the network",
        "rhost-franceptt-07.eml 1 blocked":
            "no text was found in the message; only 421 4.0.0",
        "rhost-franceptt-08.eml 1 systemerror":
            "Orange's OFR005 is its limit of connections",
        "rhost-gsuite-04.eml 1 networkerror":
            "NXDOMAIN: the domain does not exist, which is no trouble of the network",
        "rhost-messagelabs-03.eml 1 userunknown":
            "542 and `Rejected` is all it says",
        "rhost-mimecast-01.eml 1 policyviolation":
            "`Host network not allowed` is about the sending address: listed",
        "rhost-nttdocomo-02.eml 1 rejected":
            "`Unknown user`: Sisimai knows from the command that the sender was meant",
        "rhost-nttdocomo-03.eml 1 rejected":
            "`Unknown user`: Sisimai knows from the command that the sender was meant",
    ]

    static let hardness: [String: String] = [
        "lhost-activehunter-02.eml 1 filtered":
            "the words say that the user is unknown; Sisimai counts a refusal after DATA as a filter",
        "lhost-amazonses-02.eml 1 filtered":
            "the words say that the user is unknown; Sisimai counts a refusal after DATA as a filter",
        "lhost-amazonses-20.eml 1 suspend":
            "a disabled account is hard for us (RFC 3463 §3.3), suspended is soft",
        "lhost-courier-02.eml 1 filtered":
            "the words say that the user is unknown; Sisimai counts a refusal after DATA as a filter",
        "lhost-dragonfly-21.eml 1 suspend":
            "a disabled account is hard for us (RFC 3463 §3.3), suspended is soft",
        "lhost-mailfoundry-01.eml 1 filtered":
            "the words say that the user is unknown; Sisimai counts a refusal after DATA as a filter",
        "lhost-mailru-07.eml 1 filtered":
            "the words say that the user is unknown; Sisimai counts a refusal after DATA as a filter",
        "lhost-mfilter-04.eml 1 rejected":
            "5.4.1 `Access denied` of Microsoft means an unknown recipient (TAXONOMIES.md)",
        "lhost-postfix-01.eml 1 mailererror":
            "procmail's `No such user`",
        "lhost-postfix-03.eml 1 filtered":
            "the words say that the user is unknown; Sisimai counts a refusal after DATA as a filter",
        "lhost-postfix-05.eml 1 userunknown":
            "450: RFC 5321 §4.2.1, never final",
        "lhost-postfix-35.eml 1 filtered":
            "the words say that the user is unknown; Sisimai counts a refusal after DATA as a filter",
        "lhost-sendmail-19.eml 1 filtered":
            "the words say that the user is unknown; Sisimai counts a refusal after DATA as a filter",
        "lhost-sendmail-27.eml 1 filtered":
            "the words say that the user is unknown; Sisimai counts a refusal after DATA as a filter",
        "lhost-surfcontrol-01.eml 1 filtered":
            "the words say that the user is unknown; Sisimai counts a refusal after DATA as a filter",
        "lhost-v5sendmail-05.eml 1 blocked":
            "one text for four recipients; the replies cannot be told apart",
        "lhost-verizon-02.eml 1 userunknown":
            "no text was found in the message; only 550",
        "lhost-x1-02.eml 1 filtered":
            "the words say that the user is unknown; Sisimai counts a refusal after DATA as a filter",
        "lhost-x2-02.eml 1 filtered":
            "one text for four recipients; it names a disabled account",
        "lhost-x2-02.eml 2 suspend":
            "a disabled account is hard for us (RFC 3463 §3.3), suspended is soft",
        "lhost-x2-02.eml 3 filtered":
            "one text for four recipients; it names a disabled account",
        "rfc3464-35.eml 1 rejected":
            "`user unknown`: Sisimai knows from the command that the sender was meant",
        "rfc3464-35.eml 3 filtered":
            "the words say that the user is unknown; Sisimai counts a refusal after DATA as a filter",
        "rfc3464-42.eml 1 filtered":
            "the words say that the user is unknown; Sisimai counts a refusal after DATA as a filter",
        "rhost-gsuite-08.eml 1 filtered":
            "the words say that the user is unknown; Sisimai counts a refusal after DATA as a filter",
        "rhost-messagelabs-03.eml 1 userunknown":
            "542 and `Rejected` is all it says",
        "rhost-nttdocomo-02.eml 1 rejected":
            "`Unknown user`: Sisimai knows from the command that the sender was meant",
        "rhost-nttdocomo-03.eml 1 rejected":
            "`Unknown user`: Sisimai knows from the command that the sender was meant",
    ]
}
