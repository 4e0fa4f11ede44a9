/// Random secrets that survive a copy and paste.
enum RandomText {
    private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
    private static let lowercase = Array("abcdefghijkmnpqrstuvwxyz23456789".utf8)

    /// 5.95 bits a character.
    static func alphanumeric(_ count: Int) -> String { text(count, of: letters) }

    /// 5 bits a character, none of them like another: for user names.
    static func lowercase(_ count: Int) -> String { text(count, of: lowercase) }

    static func bytes(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }

    private static func text(_ count: Int, of alphabet: [UInt8]) -> String {
        var generator = SystemRandomNumberGenerator()
        return String(
            decoding: (0..<count).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &generator)] },
            as: UTF8.self)
    }
}
