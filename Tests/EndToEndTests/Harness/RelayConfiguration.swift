/// The smallest production configuration: takes mail from loopback, hands all of it to one host.
enum RelayConfiguration {
    static func text(
        data: TemporaryFolder, submission: UInt16, destination: UInt16, more: String = ""
    ) -> String {
        """
        hostname: relay.example
        data: \(data.path)/data
        api:
          listen: 127.0.0.1:\(FreePort.next())
        submission:
          - listen: 127.0.0.1:\(submission)
            tls: none
            trusted_networks: [127.0.0.0/8]
        transports:
          next:
            kind: relay
            hosts: ["127.0.0.1:\(destination)"]
            tls: none
        routes:
          - match: "*"
            transport: next
        \(more)
        """
    }
}
