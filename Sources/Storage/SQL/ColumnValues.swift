import Foundation
import GRDB
import Mail

// How the vocabulary stands in columns. Identifiers are 16 bytes in network order, so that they sort as the values do;
// times are milliseconds.

extension UUIDv7 {
    var column: Data {
        var data = Data(capacity: 16)
        for word in [high, low] {
            for shift in stride(from: 56, through: 0, by: -8) { data.append(UInt8(truncatingIfNeeded: word >> shift)) }
        }
        return data
    }

    init?(column data: Data) {
        guard data.count == 16 else { return nil }
        var words: (UInt64, UInt64) = (0, 0)
        for (position, byte) in data.enumerated() {
            if position < 8 { words.0 = words.0 << 8 | UInt64(byte) } else { words.1 = words.1 << 8 | UInt64(byte) }
        }
        self.init(high: words.0, low: words.1)
    }
}

/// A row that does not hold what the schema says: the file was changed by other hands.
struct DamagedRow: Error, CustomStringConvertible {
    var column: String
    var description: String { "the column \(column) holds what this program never wrote" }
}

extension Row {
    func id(_ name: String) throws -> UUIDv7 {
        guard let data: Data = self[name], let id = UUIDv7(column: data) else { throw DamagedRow(column: name) }
        return id
    }

    func time(_ name: String) throws -> WallTime {
        guard let milliseconds: Int64 = self[name] else { throw DamagedRow(column: name) }
        return WallTime(milliseconds: milliseconds)
    }

    func optionalTime(_ name: String) -> WallTime? {
        let milliseconds: Int64? = self[name]
        return milliseconds.map(WallTime.init(milliseconds:))
    }

    func bytes(_ name: String) throws -> [UInt8] {
        guard let data: Data = self[name] else { throw DamagedRow(column: name) }
        return [UInt8](data)
    }

    func text(_ name: String) throws -> String {
        guard let text: String = self[name] else { throw DamagedRow(column: name) }
        return text
    }

    func domain(_ name: String) -> Domain? {
        let text: String? = self[name]
        return text.map(Domain.init(canonical:))
    }
}
