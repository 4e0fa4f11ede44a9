import Mail
import Testing

@Suite("Bytes against a plain array")
struct BytesModelTests {
    @Test("random operations agree with [UInt8]", arguments: UInt64(1)...20)
    func randomOperations(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var bytes = Bytes(capacity: Int(random.next() % 100))
        var model: [UInt8] = []
        for _ in 0..<3_000 {
            switch random.next() % 9 {
            case 0:
                let byte = UInt8(truncatingIfNeeded: random.next())
                bytes.append(byte)
                model.append(byte)
            case 1, 2:
                let more = (0..<Int(random.next() % 300)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
                bytes.append(more)
                model += more
            case 3:
                bytes.append("250 OK\r\n")
                model += Array("250 OK\r\n".utf8)
            case 4:
                let number = Int(truncatingIfNeeded: random.next()) >> Int(random.next() % 64)
                bytes.append(decimal: number)
                model += Array(String(number).utf8)
            case 5, 6:
                let count = model.isEmpty ? 0 : Int(random.next() % UInt64(model.count + 1))
                bytes.consume(count)
                model.removeFirst(count)
            case 7:
                let byte = UInt8(truncatingIfNeeded: random.next())
                let start = Int(random.next() % UInt64(model.count + 2))
                let expected = model.indices.contains(start) ? model[start...].firstIndex(of: byte) : nil
                let found = bytes.firstIndex(of: byte, from: start)
                #expect(found == expected)
            default:
                if random.next() % 20 == 0 {
                    bytes.removeAll(keepingCapacity: random.next() % 2 == 0)
                    model = []
                }
            }
            let agrees = bytes.count == model.count && bytes.isEmpty == model.isEmpty
            #expect(agrees)
            if let last = model.indices.last {
                let ends = [bytes[0], bytes[last]]
                #expect(ends == [model[0], model[last]])
            }
        }
        let content = bytes.copy()
        #expect(content == model)
        let sum = bytes.withReadable { span in span.indices.reduce(0) { $0 + Int(span[$1]) } }
        #expect(sum == model.reduce(0) { $0 + Int($1) })
    }

    @Test("decimals", arguments: [0, 1, 9, 10, 99, 100, -1, -10, Int.max, Int.min, 999_999_999_999_999_999])
    func decimals(number: Int) {
        var bytes = Bytes()
        bytes.append(decimal: number)
        let text = String(decoding: bytes.copy(), as: UTF8.self)
        #expect(text == String(number))
    }

    @Test("a buffer that was huge gives its memory back when it is empty")
    func shrinks() {
        var bytes = Bytes()
        var capacities: [Int] = []
        bytes.append([UInt8](repeating: 1, count: 1 << 20))
        capacities.append(bytes.capacity)
        bytes.consume(1 << 20)
        capacities.append(bytes.capacity)
        bytes.append([UInt8](repeating: 1, count: 10_000))
        bytes.consume(9_999)
        bytes.shrink(above: 4_096)
        capacities.append(bytes.capacity)
        let rest = bytes.copy()
        bytes.consume(1)
        bytes.shrink(above: 4_096)
        capacities.append(bytes.capacity)
        #expect(capacities == [1 << 20, 0, 10_000, 0])
        #expect(rest == [1])
    }

    @Test("appending and consuming in turn neither grows the buffer nor copies it for ever")
    func staysSmall() {
        var bytes = Bytes()
        for _ in 0..<100_000 {
            bytes.append("MAIL FROM:<a@example.org>\r\n")
            bytes.append("x")
            bytes.consume(bytes.count - 1)
        }
        let capacity = bytes.capacity
        #expect(capacity <= 1_024)
    }

    @Test("an index beyond the end stops the process")
    func trapsOutside() async {
        await #expect(processExitsWith: .failure) {
            var bytes = Bytes()
            bytes.append("ab")
            bytes.consume(1)
            _ = bytes[1]
        }
        await #expect(processExitsWith: .failure) {
            var bytes = Bytes()
            bytes.append("ab")
            bytes.consume(3)
        }
    }
}

/// A small generator that a seed determines.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
