import Hummingbird
import NIOCore

/// Reads the body of a request, bounded.
enum IncomingBody {
    /// 25 MB of message, and what base64 and JSON add to it.
    static let limit = 36 << 20

    static func bytes(_ request: Request) async throws -> [UInt8] {
        // A length that is announced is refused before a byte of it is read.
        let announced = request.headers[.contentLength].flatMap { Int($0) } ?? 0
        guard announced <= limit else { throw APIFailure.bodyTooLarge(limit: limit) }
        var collected: [UInt8] = []
        // What is announced need not come.
        collected.reserveCapacity(min(max(announced, 0), 1 << 20))
        for try await chunk in request.body {
            guard collected.count + chunk.readableBytes <= limit else { throw APIFailure.bodyTooLarge(limit: limit) }
            collected.append(contentsOf: chunk.readableBytesView)
        }
        return collected
    }

    static func object(_ bytes: [UInt8]) throws -> JSONObject {
        let value: JSONValue
        do { value = try JSONParser.parse(bytes) } catch { throw APIFailure.badJSON(error) }
        guard case .object(let object) = value else { throw APIFailure.notAnObject }
        return object
    }

    static func object(_ request: Request) async throws -> JSONObject {
        let body = try await bytes(request)
        return try await LongWork.run(bytes: body.count) { try object(body) }
    }
}

extension JSONReader {
    /// Ends the reading: refuses members of the wrong type, gives the names of the unknown ones.
    mutating func accepted() throws -> [String] {
        finish()
        guard problems.isEmpty else { throw APIFailure.wrongTypes(problems) }
        return unknown
    }
}
