/// Numbers as an operator reads them.
enum ReportWords {
    /// With commas and so many digits behind the point: `12,345.6`. What cannot be a measurement is `-`.
    static func number(_ value: Double, places: Int) -> String {
        let places = min(max(places, 0), 6)
        var scale = 1
        for _ in 0..<places { scale *= 10 }
        let scaled = (value.magnitude * Double(scale)).rounded()
        guard scaled.isFinite, scaled < 1e15 else { return "-" }
        let whole = Int(scaled)
        let sign = value < 0 && whole > 0 ? "-" : ""
        guard places > 0 else { return sign + grouped(whole) }
        let digits = String(whole % scale)
        let padding = String(repeating: "0", count: places - digits.count)
        return "\(sign)\(grouped(whole / scale)).\(padding)\(digits)"
    }

    /// With about three digits that say something: `12,345`, `62.5`, `1.75`, `0.043`.
    static func figure(_ value: Double) -> String {
        switch value.magnitude {
        case 0: "0"
        case 100...: number(value, places: 0)
        case 10...: number(value, places: 1)
        case 1...: number(value, places: 2)
        case 0.01...: number(value, places: 3)
        default: number(value, places: 5)
        }
    }

    /// `37 %`
    static func percent(_ share: Double) -> String { "\(number(share * 100, places: 0)) %" }

    /// Seconds in words: `0.8 s`, `12.5 s`, `4 min 10 s`.
    static func seconds(_ value: Double) -> String {
        guard value.isFinite, value >= 120, value < 1e9 else { return "\(number(value, places: 1)) s" }
        return "\(Int(value) / 60) min \(Int(value) % 60) s"
    }

    /// A place in a drawing: one digit behind the point, no commas.
    static func coordinate(_ value: Double) -> String {
        let tenths = (value * 10).rounded()
        guard tenths.isFinite, tenths.magnitude < 1e9 else { return "0" }
        let whole = Int(tenths.magnitude)
        let sign = tenths < 0 ? "-" : ""
        return whole % 10 == 0 ? "\(sign)\(whole / 10)" : "\(sign)\(whole / 10).\(whole % 10)"
    }

    private static func grouped(_ value: Int) -> String {
        let digits = Array(String(value))
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return text
    }
}
