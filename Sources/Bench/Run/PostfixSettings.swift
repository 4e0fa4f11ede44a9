/// The configuration of the Postfix instance that a run compares with. Limits that would hold the load back are lifted;
/// what makes mail durable is left alone.
package struct PostfixSettings: Sendable {
    package var port: UInt16
    package var sinkPort: UInt16
    /// To the sink at once.
    package var connections = 20
    package var certificate: (chain: String, key: String)?
    /// Seconds after which what was put off is tried again.
    package var retrySeconds = 10

    package init(port: UInt16, sinkPort: UInt16) {
        self.port = port
        self.sinkPort = sinkPort
    }

    func mainFile(root: String) -> String {
        let tls =
            certificate.map {
                """
                smtpd_tls_security_level = may
                smtpd_tls_cert_file = \($0.chain)
                smtpd_tls_key_file = \($0.key)
                smtp_tls_security_level = encrypt
                """
            } ?? "smtpd_tls_security_level = none\nsmtp_tls_security_level = none"
        return """
            compatibility_level = 3.6
            queue_directory = \(root)/queue
            data_directory = \(root)/data
            command_directory = /usr/sbin
            daemon_directory = /usr/lib/postfix/sbin
            meta_directory = /etc/postfix
            shlib_directory = /usr/lib/postfix
            maillog_file = \(root)/log/postfix.log
            maillog_file_prefixes = \(root)/log
            mail_owner = postfix
            setgid_group = postdrop
            inet_interfaces = 127.0.0.1
            inet_protocols = ipv4
            myhostname = postfix.bench.example
            mydestination =
            alias_maps =
            alias_database =
            local_recipient_maps =
            mynetworks = 127.0.0.0/8
            smtpd_relay_restrictions = permit_mynetworks, reject
            smtpd_recipient_restrictions = permit_mynetworks, reject
            relayhost = [127.0.0.1]:\(sinkPort)
            disable_dns_lookups = yes
            smtpd_peername_lookup = no
            smtputf8_enable = no
            append_dot_mydomain = no
            biff = no
            message_size_limit = 0
            mailbox_size_limit = 0
            in_flow_delay = 0
            default_process_limit = 200
            max_use = 10000
            max_idle = 300s
            smtpd_client_connection_count_limit = 0
            smtpd_client_connection_rate_limit = 0
            smtpd_client_message_rate_limit = 0
            smtpd_client_recipient_rate_limit = 0
            smtp_destination_concurrency_limit = \(connections)
            initial_destination_concurrency = \(connections)
            default_destination_concurrency_failed_cohort_limit = 1000
            smtp_connection_cache_destinations = [127.0.0.1]:\(sinkPort)
            qmgr_message_active_limit = 60000
            qmgr_message_recipient_limit = 60000
            minimal_backoff_time = \(retrySeconds)s
            maximal_backoff_time = \(retrySeconds * 6)s
            queue_run_delay = \(retrySeconds)s
            \(tls)

            """
    }

    /// Postfix's services, none of them in a chroot.
    var masterFile: String {
        let services = [
            "127.0.0.1:\(port) inet n - n - - smtpd", "pickup unix n - n 60 1 pickup",
            "cleanup unix n - n - 0 cleanup", "qmgr unix n - n 300 1 qmgr", "tlsmgr unix - - n 1000? 1 tlsmgr",
            "rewrite unix - - n - - trivial-rewrite", "bounce unix - - n - 0 bounce", "defer unix - - n - 0 bounce",
            "trace unix - - n - 0 bounce", "verify unix - - n - 1 verify", "flush unix n - n 1000? 0 flush",
            "proxymap unix - - n - - proxymap", "proxywrite unix - - n - 1 proxymap", "smtp unix - - n - - smtp",
            "relay unix - - n - - smtp", "showq unix n - n - - showq", "error unix - - n - - error",
            "retry unix - - n - - error", "discard unix - - n - - discard", "anvil unix - - n - 1 anvil",
            "scache unix - - n - 1 scache", "postlog unix-dgram n - n - 1 postlogd",
        ]
        return services.joined(separator: "\n") + "\n"
    }
}
