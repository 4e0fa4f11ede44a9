import Loop
import Mail

/// What TLS reports say of one session (RFC 8460 §4.3). Pure.
enum TLSFinding: Hashable, Sendable {
    case success
    case failure(HostDemand.Finding)
    /// It did not come to TLS, for reasons that have nothing to do with it: not counted.
    case nothing

    /// Of a connection that takes mail.
    static func opened(_ demand: HostDemand, tls: TLSFacts?, certificate: TLSFailure?) -> TLSFinding {
        guard let tls else {
            return .failure(.init(failure: .startTLSNotSupported, detail: "STARTTLS is not offered"))
        }
        if let finding = demand.finding { return .failure(finding) }
        guard demand.isTested else { return .success }
        switch tls.verification {
        case .verified, .dane: return .success
        case .failed, .notRequested:
            return .failure(finding(of: certificate ?? TLSFailure(reason: "the certificate was not judged")))
        }
    }

    /// Of one that could not be opened.
    static func failed(_ failure: SessionFailure) -> TLSFinding {
        switch failure.cause {
        case .tls(let reason): return .failure(finding(of: reason))
        case .tlsUnavailable:
            return .failure(.init(failure: .startTLSNotSupported, detail: "STARTTLS is not offered"))
        case .refused(let reply) where failure.step == .startTLS:
            return .failure(.init(failure: .startTLSNotSupported, detail: reply.description))
        case .violation where failure.step == .startTLS:
            return .failure(.init(failure: .validationFailure, detail: "not SMTP around STARTTLS"))
        case .refused, .stream, .violation, .noMechanism, .source, .unreached: return .nothing
        }
    }

    private static func finding(of failure: TLSFailure) -> HostDemand.Finding {
        let type: TLSAttempt.Failure
        switch failure.fault {
        case .expired: type = .certificateExpired
        case .wrongName: type = .certificateHostMismatch
        case .untrusted: type = .certificateNotTrusted
        case .noTLSAMatch: type = .tlsaInvalid
        case nil: type = .validationFailure
        }
        return .init(failure: type, detail: failure.reason)
    }
}

extension HostDemand.Finding {
    /// At most 200 bytes of printable ASCII, as `TLSAttempt.detail` promises.
    var text: String {
        String(
            decoding: detail.utf8.prefix(200).map { $0 < 0x20 || $0 >= 0x7F ? UInt8(ascii: "?") : $0 }, as: UTF8.self)
    }
}
