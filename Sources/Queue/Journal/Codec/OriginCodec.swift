import Mail

enum OriginCodec {
    private static let isESMTP: UInt8 = 1
    private static let needsSMTPUTF8: UInt8 = 2
    private static let hasTLS: UInt8 = 4

    static func encode(_ origin: Origin, into out: inout RecordEncoder) {
        switch origin {
        case .api(let clientAddress):
            out.put(1)
            out.put(clientAddress)
        case .smtp(let smtp):
            out.put(2)
            var flags: UInt8 = 0
            if smtp.isESMTP { flags |= isESMTP }
            if smtp.needsSMTPUTF8 { flags |= needsSMTPUTF8 }
            if smtp.tls != nil { flags |= hasTLS }
            out.put(flags)
            out.put(smtp.helo)
            out.put(smtp.clientAddress)
            out.put(optional: smtp.user)
            if let tls = smtp.tls { put(tls, into: &out) }
        case .notification:
            out.put(3)
        }
    }

    static func decode(_ decoder: inout RecordDecoder) throws(CodecFailure) -> Origin {
        switch try decoder.byte() {
        case 1:
            return .api(clientAddress: try decoder.text())
        case 2:
            let flags = try decoder.byte()
            guard flags < 8 else { throw .badValue }
            let helo = try decoder.text()
            let client = try decoder.text()
            let user = try decoder.optionalText()
            let facts = flags & hasTLS != 0 ? try tls(&decoder) : nil
            return .smtp(
                SMTPOrigin(
                    helo: helo, isESMTP: flags & isESMTP != 0, clientAddress: client, user: user, tls: facts,
                    needsSMTPUTF8: flags & needsSMTPUTF8 != 0))
        case 3:
            return .notification
        default:
            throw .badValue
        }
    }

    static func put(_ tls: TLSFacts, into out: inout RecordEncoder) {
        out.put(tls.version)
        out.put(tls.cipher)
        out.put(tls.verification.rawValue)
    }

    static func tls(_ decoder: inout RecordDecoder) throws(CodecFailure) -> TLSFacts {
        let version = try decoder.text()
        let cipher = try decoder.text()
        guard let verification = PeerVerification(rawValue: try decoder.byte()) else { throw .badValue }
        return TLSFacts(version: version, cipher: cipher, verification: verification)
    }
}
