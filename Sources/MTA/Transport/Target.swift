import Loop
import Mail

/// One address of one host: what a connection is opened to.
struct Target: Hashable, Sendable {
    /// The MX or smarthost name; empty when only the address is known.
    var name: String
    var address: SocketAddress
    /// What a connection there has to prove.
    var demand = HostDemand(.opportunistic)

    /// What the certificate has to name.
    var certificateName: String { name.isEmpty ? address.ip.description : name }

    var remoteHost: RemoteHost { RemoteHost(name: name, address: address.description) }
}

/// A host by its name, with the port it is spoken to on.
struct MailHost: Hashable, Sendable {
    var name: String
    var port: UInt16
}
