package import Mail

/// What requests to strangers may do.
package struct HTTPClientOptions: Sendable {
    /// Certificates in PEM to trust instead of the system's.
    package var caFile: String?
    /// Plain `http` besides `https`.
    package var allowsPlainHTTP = false
    /// Addresses of this machine. For development and tests.
    package var allowsLoopback = false
    /// Networks that are allowed although the guard would refuse them, e.g. that of an own webhook receiver.
    package var allowedNetworks: [IPNetwork] = []
    /// Another port to connect to, by the port of the URL. For development and tests; the certificate's name stays.
    package var portMap: [UInt16: UInt16] = [:]
    package var userAgent = "Martlet"
    /// Connections to one host and port at once; further requests wait, and their time runs.
    package var connectionsPerHost = 8
    package var connections = 256
    /// Idle connections that are kept for the next request to the same host.
    package var keptConnections = 32
    /// Until TCP and TLS stand.
    package var connectTimeout: Duration = .seconds(20)
    /// The longest time that a request may ask for.
    package var longestTimeout: Duration = .seconds(600)
    /// Bytes of all header fields of an answer.
    package var headerLimit = 65_536

    package init() {}
}
