/// The text of `rules/bounces.rules`, compiled in; written by `scripts/bounce-rules.sh`.
enum BounceRulesText {
    static let text = #"""
        # What refusals mean. Open data: corrections are welcome, with the reply as it came in.
        #
        #   CATEGORY [CLASS] [code=550,55x] [enhanced=5.1.1,x.2.2] [provider=SUFFIX,...]
        #       PHRASE | PHRASE * WITH GAP | " with blanks "
        #
        # The first rule that holds decides. CLASS is hard, soft, block or undetermined; without it the category's
        # ordinary one. provider= is a suffix of the name of the host that answered. Case does not count; one blank
        # stands for any run of blanks and line ends, * for up to 60 bytes. Of mail addresses in a reply the @ alone
        # is compared. A rule without phrases goes by code, status and host alone. What your own file says stands
        # before all this. After a change run scripts/bounce-rules.sh.
        version 2026-11-21

        # ---- Providers whose words or codes mean something of their own ------------------------------------------
        # Microsoft says "Access denied" of addresses that do not exist, where the directory refuses them at the edge.
        user_unknown
            recipientnotfound | recipient address rejected: access denied
            recipient addresses rejected : access denied
        policy provider=outlook.com,hotmail.com enhanced=5.7.133,5.7.134,5.7.136
        listed provider=outlook.com,hotmail.com enhanced=5.7.511,5.7.606,5.7.703,5.7.705,5.7.708,5.7.1
            banned sending ip | block list (s3 | service unavailable, client host * blocked | on our block list
        bad_reputation provider=outlook.com,hotmail.com
            limited due to ip reputation | server busy. please try again later from [
        rate_limited provider=outlook.com,hotmail.com enhanced=4.7.500,4.7.650,4.7.651,4.7.652,5.7.232,5.7.233
        authentication_failed enhanced=5.7.509,5.7.515
        mailbox_disabled provider=google.com,googlemail.com enhanced=x.2.1
            account * disabled | account * inactive
        rate_limited provider=google.com,googlemail.com enhanced=x.2.1
            receiving mail at a rate | receiving mail too quickly | prevents additional messages
        rate_limited provider=google.com,googlemail.com enhanced=x.7.28,x.7.0
            unusual rate of | rate limited | unusual amount
        user_unknown provider=yahoodns.net,yahoo.com code=55x
            doesn't have a yahoo | delivery error: dd * not a valid user | delivery error: dd this user doesn't
        mailbox_disabled provider=yahoodns.net,yahoo.com
            mailbox is disabled (554.30) | account disabled or discontinued
        bad_reputation provider=yahoodns.net,yahoo.com
            [tss | user complaints | [ts0 | message temporarily deferred - [4 | permanently deferred. retrying
        listed provider=yahoodns.net,yahoo.com
            [bl2 | [ipts | " [bl"
        rate_limited provider=icloud.com,apple.com,mail.me.com
            [hm0 | temporarily rate limited | too many connections
        listed provider=icloud.com,apple.com
            message rejected due to local policy | [cs01 | [hm1
        rate_limited
            ofr004 | ofr005 | ofr_104 | ofr_108 | ofr_109
        listed
            ofr006 | ofr007 | ofr_403 | ofr_506 | ofr_513
        rate_limited provider=comcast.net
            rl000 | too many sessions | try again later, too many
        listed provider=comcast.net
            bl000 | blocked for spam
        listed provider=mimecast.com
            host network not allowed | local policy rejection | in rbl | in an rbl
        listed provider=gmx.net,web.de,kundenserver.de,1and1.com
            nemesis esmtp | ip address is black listed | reject due to policy restrictions
        listed provider=cox.net,cloudfilter.net
            cdrbl | cdbl | cxbl | blocked. refer to error codes
        listed provider=t-online.de
            ask your postmaster for help or to contact
        rate_limited provider=qq.com
            frequency limited | connection frequency
        virus provider=secureserver.net
            ib703 | ib704
        listed provider=secureserver.net
            ib007 | ib103 | ib104 | ib105 | ib108 | ib109 | ib110 | ib111 | ib112
        rate_limited provider=secureserver.net
            ib605 | ib501 | ib506 | ib607 | ib805

        # Google Groups writes in the language of whoever posted.
        sender_rejected
            groups.google.com/support | provide a valid from | you are not a member

        # ---- Statuses that are given with care (RFC 7372, RFC 7505, RFC 3463) ------------------------------------
        authentication_failed enhanced=x.7.20,x.7.21,x.7.22,x.7.23,x.7.24,x.7.26,x.7.29
        requires_ptr enhanced=x.7.25
        sender_rejected enhanced=x.1.7,x.1.8
        takes_no_mail enhanced=x.1.10

        # ---- The server says exactly what it minds ---------------------------------------------------------------
        greylisted
            greylist | graylist | grey-list | gray-list | grey list | postgrey | isgrey
            try again * to prove you are not spam
        requires_ptr
            reverse dns | reverse-dns | rdns | ptr record | " ptr " | no ptr | reverse hostname | reverse host name
            cannot find your reverse | can't find your reverse | cannot find your hostname | reverse lookup
            dns ptr | client host rejected: cannot find | client host rejected: may not be mail exchanger
            does not resolve to a fqdn | ip address without | no matches to nameserver query
            hostname * does not match | dns (ptr) | address lookup failed | forward-confirmed | fcrdns
            mismatches client ip | ip name lookup failed | is not in dns | domain name mismatch
            unresolvable relay host | must resolve * to a name | forged hostname | generic ip | dynamic ip
            unverifyable sending ip | unverifiable sending ip
        spam_content
            rejected due to spam | spam classification | rejected as spam
        authentication_failed
            dmarc | " dkim " | dkim-signature | spf record | " spf " | spf check | spf fail | spf: | (spf) | spf/
            spf) | spf rec | sender policy framework | unauthenticated email | not authenticated
            isn't authenticated | multiple authentication checks failed | message failed * authentication
            email authentication | sender id (pra) | is not allowed to send mail
            not authorized to send * from this domain | please see http://www.openspf | openspf.org
            purported responsible address | domain authentication | fails authentication | sender id fail | " spf."
        tls_required
            must issue a starttls | starttls first | starttls command first | tls required | tls is required
            requires tls | encryption needed | encryption required | session encryption is required
            starttls is required | cannot start tls | tls connection * required | must use tls | not support tls
            tls handshake | starttls fail | tls is not supported | tls negotiation fail | tls not available
            failed to start tls | starttls command used when
        virus
            virus | malware | trojan | infected | the worm | clamav | malicious attach
        system_full
            insufficient system storage | no space left | not enough disk space | file system full | system full
            disk full | out of disk space | not enough storage space | mail system full | insufficient disk
            insufficient space to
        mailbox_full
            mailbox full | mailbox is full | mailbox * is full | mail box full | mailbox exceed | mailbox * exceeded
            over quota | overquota | quota exceed | exceeded * quota | exceeds * quota | over the * quota
            out of quota | quota full | quota is full | exceeding * quota | quota violation | over disk quota
            quota limit | storage quota | inbox is full | inbox full | folder is full | out of storage
            exceeded storage | exceeded its storage | maildir over | too much mail data | over the allowed quota
            user is over | account is full | mailbox is over | storage limit | would exceed * mailbox
            mailbox size limit | maximum mailbox | mailbox limit | full mailbox | insufficient * mailbox
            allocated message storage | too many messages in | too many messages on | quotaexceeded
            quota threshold | mail file size limit | boite du destinataire pleine | account is exceeding
            account is over | disc quota | overlimit
        message_too_big
            message too large | message too big | message is too big | message is too large | message size exceed
            message size limit | exceeds * maximum message size | size limit exceed | exceeded * message size
            too large message | message * exceeds * size | message length exceed | fixed maximum message size
            maximum message size | too large to | larger than * limit | larger than the current system limit
            body too large | line limit exceed | mail size limit | size of this message | data size exceed
            messages larger than | message header size
        too_many_recipients
            too many recipients | too many rcpt | recipient limit | recipients exceed
        rate_limited
            too many connections | too many concurrent | too many simultaneous | too many sessions
            connection rate limit | connection limit | rate limit | ratelimit | rate-limit | too many messages
            too many mails | too many emails | too many errors | sending too fast | sent too many | too much mail
            too fast | throttl | message rate | unusual rate | receiving mail at a rate | receiving mail too quickly
            frequency limit | exceeded the maximum number of | limit on the number of | more than * messages per
            per hour | please slow down | deferred due to excessive | maximum number of connections
            concurrent connection | concurrency limit | daily limit | sending limit
            connection refused from your ip because of too | mail flood | exceeded * messages | exceeds the rate
            rate exceeded | too many | please try again later - frequency | domain has exceeded the max | over rate
            speeding | relay quota
        bad_reputation
            reputation | user complaints | senderbase | sender score | senderscore | poor sending history
            deferred due to user | unexpected volume | temporarily deferred due to | has been temporarily deferred
            suspicious activity | talosintel
        not_compliant
            rfc 5322 | rfc 2822 | rfc5322 | rfc2822 | rfc 822 | rfc822 violation | duplicate header | multiple from
            missing header | missing from | missing date | missing message-id | multiple header | bare lf | bare cr
            bare new | not rfc | non-rfc | violates rfc | missing required header | headers are not | line too long
            messages missing a valid | invalid header | malformed header | non-compliant
        listed
            blacklist | black list | black-list | blocklist | block list | block-list | blocklisted | blackhole
            denylist | dnsbl | " rbl" | rbl. | .rbl | (rbl | /rbl | spamhaus | spamcop | sorbs | barracudacentral
            cbl.abuseat | uceprotect | spam-trap | spamtrap | spam trap | blocked using | blocked by | listed on
            is listed | listed at | ip is blocked | ip blocked | ip address * blocked | ip address * banned
            ip has been | "ip rejected" | "your ip " | client host * blocked | client * blocked | banned sending
            host * blocked | has been blocked | is blocked | access denied. ip | access denied - * ip
            access from ip | your access * rejected | (bl) | client host rejected | client rejected
            server access forbidden by your ip | has been blacked | bad host | dul list | your host * not allowed
            mail from your ip | refused connection from | network * not allowed | is blocking
            server access * forbidden | rejected by * list | connection refused by policy
            not accepting mail from your | error: no valid recipients from | mail server is listed | open relay
            permanently blocked | ivmsip | proofpoint * ip | email rejected from ip | we do not accept mail from
            domain is banned | domain banned | helo command rejected | invalid domain name | invalid ehlo
            invalid helo | helo name | bad helo | helo/ehlo | spammer | we have blocked | temporarily blocked
            is in a black | blocked - see | mail refused * address | is listed in | ip listed in | listed in rbl
            smtp server of your isp | your isp's
        spam_content
            spam | bulk mail | unsolicited | junk mail | junkmail | bayes | high probability of
            considered unwanted | phish | message content rejected | content denied | mail content | considered as
            suspicious url | uribl | surbl | message * blocked due to content | identified as bulk | looks like
            content filter | detected as bulk | rejected as s | our filters | cyberoam anti | score too high
            content score | ads content | denied by content
        content_rejected
            attachment * not allowed | attachment type | prohibited attach | file type | blocked attach | mime error
            mime type | mime structure | too many hops in content | message/partial | header error
            improper use of 8-bit | invalid content | unacceptable content | content rejected | charset not
            character set
        sender_rejected
            sender address rejected | sender rejected | sender denied | domain of sender | sender domain
            sender's domain | invalid sender | sender verify | sender unknown | unknown sender
            sender address * not exist | bad sender | domain * sender | mail from * rejected | mail from domain
            sender is not | sender not | from address | backscatter | null sender | empty envelope | empty sender
            unverified sender | unable to verify sender | sender address verification | return address
            reverse path | you are not allowed to send | mail from must | could not verify sender | valid sender
            sender must | envelope sender | sender mailbox | callback setup | callout | rejecting sender
            your domain | senders are | not allowed to post | permission to post | anonymous sender
        relaying_denied
            relay access denied | relaying denied | relay denied | relay not permitted | not permitted to relay
            unable to relay | allowed to relay | relaying not allowed | no relaying | relay operation
            relaying is prohibited | cannot relay | relay not allowed | relaying to * prohibited | relay prohibited
            relay access | insecure mail relay | mail relay denied | list of allowed rcpthosts | not a gateway
            must check for new mail | relaying mail | not a local domain | not relay | we don't handle mail for
            we do not relay | does not relay | is not a local address | not local host | not our customer's
            open a relay | configured to relay
        credentials_required
            authentication required | requires authentication | smtp authentication | smtp auth
            authentication is required | authenticate first | please authenticate | must be authenticated
            authentication credentials | authentication failed | client was not authenticated
            codes * authentication turned on | login fail | authorization failed | pop before
            without authentication | not advertise auth
        takes_no_mail
            null mx | does not accept mail | doesn't accept mail | does not accept email | doesn't receive email
            does not receive mail | not accepting any mail | smtp service not available
            host/domain does not accept | we do not accept mail | name server: .: host not found
            domain does not accept | no smtp service here | no mx | mx record | mail exchanger
        mailbox_disabled soft
            suspended | account * frozen | mailbox is frozen | is locked | temporarily locked
            account is temporarily
        mailbox_disabled
            account * disabled | account * inactive | account * deactivated | account * expired | mailbox * disabled
            mailbox * inactive | user * disabled | user * inactive | account closed | account has been closed
            account is closed | account * terminated | mailbox closed | mailbox is closed | mailbox has been closed
            inactive account | inactive user | disabled account | disableduser | discontinued | recipient * disabled
            recipient is inactive | mailbox currently | email account * disabled | account not active
            account is not active | not activated | no longer active | not been active | has been inactive
            address * disabled | address no longer | user is blocked | mail-disabled | dormant | unavailable account
            not authorized to receive | boite * desactiv | is a deactivated | no longer valid | address is inactive
            mailbox unused | expired account | blocked account
        user_moved
            has moved | user moved | no longer on server | no longer with | address has changed | new address
            no longer works | address changed | has been replaced by | no longer employed | mailbox has moved
            has left the | not work here
        user_unknown
            user unknown | unknown user | no such user
        host_unknown
            host unknown | unknown host | host or domain name not found | host not found | domain not found
            no such domain | name or service not known | domain does not exist | domain * does not exist
            unknown domain | domain unknown | domain name not found | nxdomain | unrouteable | unroutable
            unrouteable address | unable to route | no route to domain | couldn't find any host | domain must exist
            illegal host | invalid domain | domain is not reachable | name server: host | not a valid domain
            domain invalid | bad destination host | bad destination domain | domain not exist | dns name does not
            no such host | nullmx | recipient domain * not | domain isn't | is not a registered
            could not find a gateway | tenant or domain not found | host name lookup | host * is unknown
            unresolvable domain | no a, aaaa | isn't in my * rcpthosts
        network
            connection refused | connection reset | connection closed | connection dropped | connection lost
            lost connection | no route to host | network is unreachable | network unreachable | network error
            host unreachable | connect failed | connection broken | connection failed | dns query failed
            dns lookup | dns error | dns fail | name server | temporary lookup | lookup failure | could not connect
            couldn't connect | can't connect | unable to connect | cannot connect | socket error
            host is unreachable | could not contact | nameserver | name service error | domain lookup
            conversation with * failed | unable to resolve | host name has no | connection was d
        expired
            message expired | envelope expired | delivery time expired | retry timeout exceeded
            retry time not reached | too long * queue | been in the queue too | too old | maximum * in queue
            could not be delivered for | undeliverable for | unable to contact | message has been in
            delivery expired | cannot be delivered within | not delivered within | queue lifetime
            been enqueued and undeliverable | could not send message for | delivery attempts * exhausted
            giving up after | maximum retries | retries exceeded | max retry | connect to * timed out | timed out
            time out | timeout | did not accept our requests to connect | not responding | no response
            did not respond | still unreachable | session failed | temporarily suspended delivery
            could not deliver for the last
        routing
            too many hops | mail loop | maillop | mail forwarding loop | looping | loops back | hop count
            routing loop | mail for * loops | possible mail loop | cname loop | forwarding loop | received headers
            loop detected
        recipient_refused soft
            does not accept mail from | doesn't accept mail from | restricted | only accepts mail from
            not on the guest list | not allowed to send to | permission to send | approved senders | whitelist
            filtered | not allowed to receive | recipient has * blocked | rejected by user
            rejected by the recipient | refused by recipient | rejected by recipient | does not want | no permission
            not have permission | recipient denied | moderat | filtering rule | user refused
        user_unknown
            user * unknown | unknown recipient | unknown address | unknown mailbox | unknown local | address unknown
            recipient unknown | recipient is unknown | unknown or illegal | unknown account | mailbox unknown
            no such mailbox | no such recipient | no such address | no such person | no such account | no such id
            no such email | no mailbox here | no mailbox by that | no mail box | no mail-box | no mailbox | no user
            no account | there is no such | does not exist | doesn't exist | not exist | no longer exist
            user not found | address not found | mailbox not found | recipient not found | account not found
            not found | couldn't be found | could not be found | invalid recipient | invalid mailbox
            invalid address | invalid user | recipient invalid | address invalid | recipient rejected | not a valid
            not valid | no valid recipients | is not a known user | not known | not recogni | mailbox unavailable
            mailbox not available | isn't a user | not a user | not our customer | non-existent | nonexistent
            undeliverable address | unknown in * table | unlisted | user * doesn't have | doesn't have a * account
            bad destination mailbox | bad address | bad recipient | user rejected | cannot find * user
            can't find * user | unable to find * user | delivery to this * not available | wrong address
            addressee unknown | utilisateur inconnu | destinatario | recipient verify | not listed in
            can't verify recipient | unrecognized recipient | recipient unrecognized | unknown virtual
            cannot be found | deliver mail for | is not local | user account is unavailable | no recipient
            invalid email | cannot deliver mail for | adresse * invalide | is unknown | who is that | isn't listed
            not a member | user name is unknown | not present in | inconnu
        policy
            policy | policies | message refused | refused by | administrative prohibition | prohibited
            not acceptable | security | access denied | forbidden | violation | not accepted | blocked | denied by
            delivery not authori
        protocol_error
            sequence of commands | command not implemented | command unrecognized | unrecognized command
            syntax error | bad command | command out of sequence | need mail | need rcpt | unexpected command
        system_error
            system error | internal error | local error | service unavailable | service not available
            service currently | mailer error | temporarily unavailable | temporary failure | temporary error
            local problem | configuration error | system resources | server error | could not create
            couldn't create | can't create | procmail | i/o error | resources temporarily | try again later
            transaction failed | processing error | temporary problem | server busy | delivery failed:
            system configured | unable to process | out of memory | not ready | cannot open

        takes_no_mail code=521,556

        # ---- No word was known: the enhanced status (RFC 3463 and the IANA registry) -----------------------------
        user_unknown enhanced=x.1.0,x.1.1,x.1.3,x.1.4,x.7.17
        host_unknown enhanced=x.1.2,x.7.18
        user_moved enhanced=x.1.6
        sender_rejected enhanced=x.7.27
        not_compliant enhanced=x.1.9
        mailbox_disabled enhanced=x.2.1,x.7.13
        mailbox_full enhanced=x.2.2
        message_too_big enhanced=x.2.3,x.3.4
        system_error enhanced=x.2.4
        system_full enhanced=x.3.1
        system_error enhanced=x.3.x
        network enhanced=x.4.1,x.4.2
        host_unknown soft enhanced=x.4.3,x.4.4
        system_error enhanced=x.4.5
        routing enhanced=x.4.6
        expired enhanced=x.4.7
        network enhanced=x.4.x
        too_many_recipients enhanced=x.5.3
        protocol_error enhanced=x.5.x
        unsupported enhanced=x.6.7,x.6.8,x.6.9,x.6.3
        content_rejected enhanced=x.6.x
        credentials_required enhanced=x.7.8,x.7.9
        tls_required enhanced=x.7.10,x.7.11
        authentication_failed enhanced=x.7.30
        rate_limited enhanced=x.7.28
        policy enhanced=x.7.x

        # ---- What says little beside a status --------------------------------------------------------------------
        expired
            delayed
        user_unknown
            recipient address rejected | address rejected | recipient rejected

        # ---- Nor a status: the reply code (RFC 5321 section 4.2.3) -----------------------------------------------
        credentials_required code=530,535
        mailbox_full code=552
        user_unknown undetermined code=550,551,553
        system_full code=452
        system_error code=421,450,451
        protocol_error code=50x
        """#
}
