/// Sizes as operators write them: `512`, `64KiB`, `25MiB`, `1GiB`.
enum ByteCountText {
    static func parse(_ text: String) -> Int? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let count = Int(digits), count <= 1 << 40 else { return nil }
        switch text.dropFirst(digits.count) {
        case "": return count
        case "KiB": return count << 10
        case "MiB": return count << 20
        case "GiB": return count <= 1 << 20 ? count << 30 : nil
        default: return nil
        }
    }
}
