/// SplitMix64: the same numbers from the same seed, so that a failure of a random test can be repeated.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

    /// Bytes squeezed into an alphabet, so that random input gets past the first character of a grammar.
    mutating func bytes(upTo count: Int, from alphabet: [UInt8]) -> [UInt8] {
        (0..<Int.random(in: 0...count, using: &self)).map { _ in
            Int.random(in: 0..<10, using: &self) == 0
                ? UInt8.random(in: 0...255, using: &self) : alphabet.randomElement(using: &self) ?? 0
        }
    }

    mutating func text(upTo count: Int, from alphabet: [Unicode.Scalar]) -> String {
        var view = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...count, using: &self) {
            if let scalar = alphabet.randomElement(using: &self) { view.append(scalar) }
        }
        return String(view)
    }
}
