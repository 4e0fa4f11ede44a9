import CCurl
import Mail

/// Where a request goes, taken from its URL by curl's own parser.
struct FetchTarget: Sendable {
    /// As curl gets it.
    var url: String
    /// Lower-case, without the final dot and without brackets.
    var host: String
    /// The address that the URL names itself.
    var literal: IPAddress?
    /// Where the connection goes.
    var port: UInt16

    static let longestURL = 8_192

    init(_ text: String, options: HTTPClientOptions) throws(HTTPFetchFailure) {
        // Printable ASCII only (RFC 3986 §2): a zero byte would also end the text for curl.
        guard text.utf8.count <= Self.longestURL, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }),
            let url = CurlURL(text), let scheme = url.part(CURLUPART_SCHEME)
        else { throw .badURL }
        guard scheme == "https" || (scheme == "http" && options.allowsPlainHTTP) else { throw .badURL }
        // curl also takes one slash, or three, for two; what is not a URL to others is none to us.
        let start = "\(scheme)://"
        guard text.prefix(start.count).lowercased() == start, !text.dropFirst(start.count).hasPrefix("/") else {
            throw .badURL
        }
        // A password in a URL ends in logs, and curl would send it.
        guard url.part(CURLUPART_USER) == nil, url.part(CURLUPART_PASSWORD) == nil, url.part(CURLUPART_ZONEID) == nil,
            let name = url.part(CURLUPART_HOST),
            let port = url.part(CURLUPART_PORT, defaultPort: true).flatMap(UInt16.init),
            port > 0
        else { throw .badURL }
        self.port = options.portMap[port] ?? port
        if name.utf8.first == UInt8(ascii: "[") {
            guard let address = IPAddress(String(name.dropFirst().dropLast())) else { throw .badURL }
            literal = address
            host = "\(address)"
        } else {
            let plain = try Self.hostName(name)
            literal = IPAddress(plain)
            host = plain
            guard url.set(CURLUPART_HOST, plain) else { throw .badURL }
        }
        guard let whole = url.part(CURLUPART_URL) else { throw .badURL }
        self.url = whole
    }

    /// Letters, digits, hyphens, underscores and dots; whoever has an internationalised name gives it in A-labels.
    private static func hostName(_ name: String) throws(HTTPFetchFailure) -> String {
        var bytes = Array(name.lowercased().utf8)
        if bytes.last == UInt8(ascii: ".") { bytes.removeLast() }
        guard !bytes.isEmpty, bytes.count <= 253, bytes.first != UInt8(ascii: "."), bytes.last != UInt8(ascii: ".")
        else {
            throw .badURL
        }
        for (index, byte) in bytes.enumerated() {
            if byte == UInt8(ascii: "."), bytes[index + 1] == byte { throw .badURL }
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
                UInt8(ascii: "."), UInt8(ascii: "_"):
                continue
            default: throw .badURL
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
