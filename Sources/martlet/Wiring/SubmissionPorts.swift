import Logging
import Loop
import MTA
import Mail

/// The SMTP ports: bound early, started late.
struct SubmissionPorts {
    private(set) var servers: [(server: SubmissionServer, configuration: ListenerConfiguration)] = []

    static func bind(
        _ listeners: [ListenerConfiguration], destination: MailDestination, selfSigned: TLSServerContext? = nil
    ) throws(StartFailure) -> SubmissionPorts {
        var ports = SubmissionPorts()
        for listener in listeners {
            let tls = if let selfSigned { selfSigned } else { try certificate(of: listener) }
            do {
                let server = try SubmissionServer.bind(listener.options, destination: destination, tls: tls)
                ports.servers.append((server, listener))
            } catch {
                throw StartFailure(Self.words(for: error))
            }
        }
        return ports
    }

    /// New certificates for the next handshakes; a file that cannot be used leaves the old one in force.
    func reloadCertificates(log: Logger) {
        for (server, configuration) in servers where configuration.certificate != nil {
            do {
                if let tls = try Self.certificate(of: configuration) { server.replace(tls: tls) }
            } catch {
                log.error(
                    "certificate not replaced", metadata: ["listener": "\(server.address)", "reason": "\(error)"])
            }
        }
    }

    static func certificate(of listener: ListenerConfiguration) throws(StartFailure) -> TLSServerContext? {
        guard let chain = listener.certificate, let key = listener.key else { return nil }
        do { return try TLSServerContext(certificateChainFile: chain, privateKeyFile: key) } catch {
            throw StartFailure("the certificate \(chain) with key \(key) cannot be used: \(error.reason)")
        }
    }

    static func words(for failure: LoopFailure) -> String {
        switch failure {
        case .cannotBind(let address, let errno): "cannot listen on \(address): \(Errno.text(errno))"
        case .noSocket(let errno): "no socket: \(Errno.text(errno))"
        case .noWakeDescriptor(let errno): "no event descriptor: \(Errno.text(errno))"
        case .noEventBase: "libevent gives no event base"
        }
    }
}
