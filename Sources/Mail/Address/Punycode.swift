/// RFC 3492 with the parameters of its §5: the digits behind `xn--`.
enum Punycode {
    private static let base: UInt32 = 36
    private static let tMin: UInt32 = 1
    private static let tMax: UInt32 = 26
    private static let initialBias: UInt32 = 72
    private static let initialN: UInt32 = 128

    /// `nil` on overflow (RFC 3492 §6.4), which no label of legal length reaches.
    static func encode(_ scalars: String.UnicodeScalarView) -> String? {
        var out: [UInt8] = []
        for scalar in scalars where scalar.isASCII { out.append(UInt8(scalar.value)) }
        let basicCount = UInt32(out.count)
        let count = UInt32(scalars.count)
        var handled = basicCount
        if basicCount > 0 { out.append(UInt8(ascii: "-")) }
        var n = initialN
        var delta: UInt32 = 0
        var bias = initialBias
        while handled < count {
            guard let next = scalars.lazy.map(\.value).filter({ $0 >= n }).min() else { return nil }
            let (step, tooFar) = (next - n).multipliedReportingOverflow(by: handled + 1)
            let (sum, overflow) = delta.addingReportingOverflow(step)
            guard !tooFar, !overflow else { return nil }
            delta = sum
            n = next
            for scalar in scalars {
                if scalar.value < n { delta &+= 1 }
                guard scalar.value == n else { continue }
                append(delta, bias: bias, to: &out)
                bias = adapt(delta, points: handled + 1, isFirst: handled == basicCount)
                delta = 0
                handled += 1
            }
            delta &+= 1
            n += 1
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// `nil` when the digits are not those of an encoder.
    static func decode(_ text: Substring) -> String? {
        let bytes = Array(text.utf8)
        guard bytes.count <= 63, bytes.allSatisfy(\.isASCII) else { return nil }
        var scalars: [Unicode.Scalar] = []
        var index = 0
        if let delimiter = bytes.lastIndex(of: UInt8(ascii: "-")) {
            scalars = bytes[..<delimiter].map { Unicode.Scalar($0) }
            index = delimiter + 1
        }
        var n = initialN
        var i: UInt32 = 0
        var bias = initialBias
        while index < bytes.count {
            let old = i
            guard let delta = readInteger(bytes, at: &index, bias: bias) else { return nil }
            let (sum, overflow) = i.addingReportingOverflow(delta)
            guard !overflow else { return nil }
            i = sum
            let points = UInt32(scalars.count) + 1
            bias = adapt(i - old, points: points, isFirst: old == 0)
            let (next, wraps) = n.addingReportingOverflow(i / points)
            i %= points
            n = next
            guard !wraps, let scalar = Unicode.Scalar(n), !scalar.isASCII else { return nil }
            scalars.insert(scalar, at: Int(i))
            i += 1
        }
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }

    private static func append(_ delta: UInt32, bias: UInt32, to out: inout [UInt8]) {
        var q = delta
        var k = base
        while true {
            let t = threshold(k, bias)
            if q < t { break }
            out.append(digit(t + (q - t) % (base - t)))
            q = (q - t) / (base - t)
            k += base
        }
        out.append(digit(q))
    }

    /// One generalised variable-length integer (RFC 3492 §3.3).
    private static func readInteger(_ bytes: [UInt8], at index: inout Int, bias: UInt32) -> UInt32? {
        var value: UInt32 = 0
        var weight: UInt32 = 1
        var k = base
        while index < bytes.count {
            guard let digit = digitValue(bytes[index]) else { return nil }
            index += 1
            let (part, tooFar) = digit.multipliedReportingOverflow(by: weight)
            let (sum, overflow) = value.addingReportingOverflow(part)
            guard !tooFar, !overflow else { return nil }
            value = sum
            let t = threshold(k, bias)
            if digit < t { return value }
            let (heavier, tooHeavy) = weight.multipliedReportingOverflow(by: base - t)
            guard !tooHeavy else { return nil }
            weight = heavier
            k += base
        }
        return nil
    }

    private static func threshold(_ k: UInt32, _ bias: UInt32) -> UInt32 {
        k <= bias ? tMin : min(k - bias, tMax)
    }

    private static func adapt(_ delta: UInt32, points: UInt32, isFirst: Bool) -> UInt32 {
        var rest = isFirst ? delta / 700 : delta / 2
        rest += rest / points
        var k: UInt32 = 0
        while rest > (base - tMin) * tMax / 2 {
            rest /= base - tMin
            k += base
        }
        return k + (base - tMin + 1) * rest / (rest + 38)
    }

    private static func digit(_ value: UInt32) -> UInt8 {
        value < 26 ? UInt8(ascii: "a") + UInt8(value) : UInt8(ascii: "0") + UInt8(value - 26)
    }

    private static func digitValue(_ byte: UInt8) -> UInt32? {
        if byte.isDigit { return UInt32(byte - UInt8(ascii: "0")) + 26 }
        return byte.isLetter ? UInt32(byte.lowercased - UInt8(ascii: "a")) : nil
    }
}
