/// What AUTH can be asked for. Both send the password, so they exist only under TLS (RFC 4616 §3, RFC 4954 §9).
enum SASLMechanism: Equatable {
    /// RFC 4616.
    case plain
    /// draft-murchison-sasl-login: no standard, but what many devices and Outlook know.
    case login
}

/// User name and password as the client gave them.
struct SASLCredentials: Equatable {
    var user: String
    var password: String
}

/// Why an exchange cannot go on.
enum SASLFailure: Error, Equatable {
    /// The client sent `*` (RFC 4954 §4).
    case cancelled
    case badBase64
    /// Not what the mechanism wants: separators, UTF-8, length.
    case malformed
}

/// Where an AUTH exchange stands.
enum SASLExchange: Equatable {
    case plain
    case loginUser
    case loginPassword(user: String)

    enum Step: Equatable {
        case ask(CannedReply, SASLExchange)
        case done(SASLCredentials)
    }

    static func begin(_ mechanism: SASLMechanism) -> (challenge: CannedReply, exchange: SASLExchange) {
        switch mechanism {
        case .plain: (.saslEmpty, .plain)
        case .login: (.saslUser, .loginUser)
        }
    }

    /// The client's answer, still in base64.
    func answer(_ line: Span<UInt8>) throws(SASLFailure) -> Step {
        if line.count == 1, line[0] == UInt8(ascii: "*") { throw .cancelled }
        guard let bytes = SASLBase64.decode(line) else { throw .badBase64 }
        switch self {
        case .plain:
            return .done(try Self.plain(bytes))
        case .loginUser:
            guard let user = Self.text(bytes) else { throw .malformed }
            return .ask(.saslPassword, .loginPassword(user: user))
        case .loginPassword(let user):
            guard let password = Self.text(bytes) else { throw .malformed }
            return .done(SASLCredentials(user: user, password: password))
        }
    }

    /// RFC 4616 §2: `[authzid] NUL authcid NUL passwd`. An authorisation identity other than the user's own is refused:
    /// nobody speaks for another here.
    private static func plain(_ bytes: [UInt8]) throws(SASLFailure) -> SASLCredentials {
        let parts = bytes.split(separator: 0, maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 3, let user = text(Array(parts[1])), let password = text(Array(parts[2]))
        else { throw .malformed }
        guard parts[0].isEmpty || parts[0].elementsEqual(user.utf8) else { throw .malformed }
        return SASLCredentials(user: user, password: password)
    }

    /// 1 to 1024 bytes of UTF-8 without controls.
    private static func text(_ bytes: [UInt8]) -> String? {
        guard (1...1024).contains(bytes.count), bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }
}
