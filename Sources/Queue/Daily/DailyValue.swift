import Mail

/// The form of what is stored under `warmup`: whole numbers as text, with a version before and a checksum behind them,
/// so that an operator can read the table and a damaged value is known as one.
enum DailyValue {
    static let section = "warmup"
    static let clockKey = "day"

    static func encode(_ numbers: [Int64]) -> [UInt8] {
        var text = "1"
        for number in numbers { text += " \(number)" }
        return Array("\(text) \(CRC32C.of(Array(text.utf8)))".utf8)
    }

    /// `nil`: damaged, or of a version that is not known here.
    static func decode(_ bytes: [UInt8], count: Int) -> [Int64]? {
        guard bytes.count <= 1_024, let space = bytes.lastIndex(of: UInt8(ascii: " ")),
            let sum = number(bytes[(space + 1)...]), sum == Int64(CRC32C.of(Array(bytes[..<space])))
        else { return nil }
        let words = bytes[..<space].split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard words.count == count + 1, number(words[0]) == 1 else { return nil }
        let numbers = words.dropFirst().compactMap(number)
        return numbers.count == count ? numbers : nil
    }

    private static func number(_ text: ArraySlice<UInt8>) -> Int64? { Int64(String(decoding: text, as: UTF8.self)) }

    // MARK: Keys

    static func key(_ key: DailyKey) -> String {
        switch key {
        // Groups are names of providers, without a colon; a source's name may have any character.
        case .warmup(let source, let group): "source:\(group):\(source)"
        case .tenantQuota(let tenant): "tenant:\(tenant)"
        case .campaignQuota(let campaign): "campaign:\(campaign)"
        }
    }

    static func key(_ text: String) -> DailyKey? {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        switch parts[0] {
        case "source":
            let names = parts[1].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard names.count == 2 else { return nil }
            return .warmup(source: String(names[1]), group: String(names[0]))
        case "tenant": return UUIDv7(String(parts[1])).map { .tenantQuota($0) }
        case "campaign": return UUIDv7(String(parts[1])).map { .campaignQuota($0) }
        default: return nil
        }
    }
}

extension DayClock.Mark {
    var value: [UInt8] { DailyValue.encode([Int64(ordinal), Int64(label), age, used, wall]) }

    init?(_ bytes: [UInt8]) {
        guard let numbers = DailyValue.decode(bytes, count: 5), numbers[0] >= 0, numbers[2] >= 0, numbers[3] >= 0,
            numbers[1] >= 0
        else { return nil }
        self.init(
            ordinal: Int(numbers[0]), label: Int(numbers[1]), age: numbers[2], used: min(numbers[3], numbers[2] + 1),
            wall: numbers[4])
    }
}

/// One counter as stored: its day's figures, and for a warm-up where it stands.
struct StoredCount: Hashable, Sendable {
    var day: Int
    var reserved: Int
    var delivered: Int
    var failed: Int
    var memory: WarmupState.Memory?

    var value: [UInt8] {
        var numbers = [day, reserved, delivered, failed].map(Int64.init)
        if let memory {
            numbers += [Int64(bitPattern: memory.shape)]
            numbers += [
                memory.cap, memory.stage, memory.isFinished ? 1 : 0, memory.hold.map(Self.number) ?? 0,
                memory.hasBegun ? 1 : 0, memory.idleDays, memory.sendingDays, memory.firstDay?.number ?? -1,
            ].map(Int64.init)
            numbers += (memory.judgement.map(Self.numbers) ?? [0, 0, 0]).map(Int64.init)
        }
        return DailyValue.encode(numbers)
    }

    init(_ count: DayCount, reserved: Int, memory: WarmupState.Memory?) {
        day = count.day
        self.reserved = reserved
        delivered = count.delivered
        failed = count.failed
        self.memory = memory
    }

    init?(_ bytes: [UInt8], isWarmup: Bool) {
        guard let numbers = DailyValue.decode(bytes, count: isWarmup ? 16 : 4),
            numbers[..<4].allSatisfy({ (0...Int64(WarmupPlan.largestCap * 2)).contains($0) })
        else { return nil }
        day = Int(numbers[0])
        reserved = Int(numbers[1])
        delivered = Int(numbers[2])
        failed = Int(numbers[3])
        guard isWarmup else { return }
        let rest = numbers[5...].map { Int($0) }
        guard rest[0] >= 0, rest[1] >= 0, rest[5] >= 0, rest[6] >= 0 else { return nil }
        memory = WarmupState.Memory(
            shape: UInt64(bitPattern: numbers[4]), cap: rest[0], stage: rest[1], isFinished: rest[2] == 1,
            hold: rest[3] == 1 ? .stage : rest[3] == 2 ? .zero : nil, hasBegun: rest[4] == 1, idleDays: rest[5],
            sendingDays: rest[6], firstDay: rest[7] < 0 ? nil : SendingDay(number: rest[7]),
            judgement: Self.judgement(rest[8], rest[9], rest[10]))
    }

    private static func number(_ hold: WarmupHold) -> Int {
        switch hold {
        case .stage: 1
        case .zero: 2
        }
    }

    private static func numbers(_ judgement: WarmupJudgement) -> [Int] {
        switch judgement {
        case .promoted: [1, 0, 0]
        case .held(.tooLittle(let delivered, let needed)): [2, delivered, needed]
        case .held(.noMail): [3, 0, 0]
        case .held(.byOperator): [4, 0, 0]
        case .demoted(let delivered, let tried): [5, delivered, tried]
        case .idle(let days): [6, days, 0]
        case .setByOperator: [7, 0, 0]
        }
    }

    private static func judgement(_ kind: Int, _ a: Int, _ b: Int) -> WarmupJudgement? {
        switch kind {
        case 1: .promoted
        case 2: .held(.tooLittle(delivered: a, needed: b))
        case 3: .held(.noMail)
        case 4: .held(.byOperator)
        case 5: .demoted(delivered: a, tried: b)
        case 6: .idle(days: a)
        case 7: .setByOperator
        default: nil
        }
    }
}
