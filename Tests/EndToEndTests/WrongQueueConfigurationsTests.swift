import Foundation
import Testing

/// Sources, pools, warm-ups, quotas and shaping files that cannot work are refused with file, line and reason.
@Suite struct WrongQueueConfigurationsTests {
    /// The text begins on the third line of the file.
    @Test(arguments: [
        ("pools: [{name: main, sources: []}]", 3, "there are no sources"),
        ("sources: [{name: a, address: 127.0.0.2}]\npools: [{name: main, sources: []}]", 4, "pools[0]"),
        ("sources: [{name: a, address: 127.0.0.2}]\npools: [{name: main, sources: [b]}]", 4, "pools[0]"),
        ("sources: [{name: a, address: 127.0.0.2}, {name: a, address: 127.0.0.3}]", 3, "sources[1]"),
        ("sources: [{name: a, address: everywhere}]", 3, "sources[0].address: expected an IP address"),
        (
            "sources: [{name: a, address: 127.0.0.2}]\npools:\n  - {name: p, sources: [a], overflow: q}", 5,
            "pools[0].overflow"
        ),
        (
            "sources: [{name: a, address: 127.0.0.2}]\npools:\n"
                + "  - {name: p, sources: [a], overflow: q}\n  - {name: q, sources: [a], overflow: p}\npool: p", 5,
            "pools[0].overflow"
        ),
        (
            "sources: [{name: a, address: 127.0.0.2}]\npools: [{name: p, sources: [{name: a, weight: 0}]}]", 4,
            "pools[0].sources[0].weight: 0 is outside"
        ), ("timezone: Middle/Earth", 3, "timezone: expected a time zone"),
        ("warmup: {plans: {p: {table: {1: 10, 3: 30}}}}", 3, "the plan has a hole: day 2 is missing"),
        ("warmup: {plans: {p: {stages: [20, 10]}}}", 3, "stage 2 allows less than the one before"),
        ("warmup: {plans: {p: {stages: [0]}}}", 3, "stage 1 must be from 1"),
        ("warmup: {plans: {p: {stages: [10], target: 100}}}", 3, "contradicts stages"),
        ("warmup: {sources: [{source: nobody}]}", 3, "'nobody' is none of the sources"),
        ("quotas: [{match: \"tenant:*\", quota: 0/day}]", 3, "quotas[0].quota"),
        ("quotas: [{match: \"tenant:*\", quota: -5/day}]", 3, "quotas[0].quota"),
        (
            "quotas:\n  - {match: \"tenant:*\", quota: 5/day}\n  - {match: \"tenant:*\", quota: 6/day}", 5,
            "quotas[0] is for the same"
        ), ("limits: [{match: \"*\", message_rate: -1/s}]", 3, "limits[0].message_rate: expected a rate above zero"),
        ("limits: [{match: \"*\", message_rate: 5}]", 3, "limits[0].message_rate"),
        ("limits: [{match: \"*\", connections: 1, conections: 2}]", 3, "limits[0].conections: unknown key"),
        ("shaping: {file: /nowhere/shaping.yaml}", 3, "shaping.file: cannot be used"),
        ("shapping: {enabled: false}", 3, "shapping: unknown key; did you mean 'shaping'?"),
    ])
    func isRefused(text: String, line: Int, reason: String) throws {
        let folder = try TemporaryFolder()
        let file = try folder.file(
            "martlet.yaml", text: "hostname: mail.example.com\ndata: \(folder.path)/data\n" + text + "\n")
        let result = try Tool.run(Engine.binary, ["serve", "--check", "--config", file.path])
        #expect(result.status != 0, "\(text)")
        let told = result.errors.split(separator: "\n").contains {
            $0.contains("martlet.yaml:\(line): ") && $0.contains(reason)
        }
        #expect(told, "\(text)\n\(result.errors)")
    }

    @Test(arguments: [
        ("rules:\n  - {name: a, actions: [suspend], for: 1h}", 2), ("rules:\n  - {nam: a}", 2),
        ("rules:\n  - {name: a, code: [421], actions: [slow(0%)], for: 1h}", 2),
        ("rules:\n  - {name: a, code: [421], trigger: 0/10min, actions: [suspend], for: 1h}", 2),
        (
            "rules:\n  - {name: a, code: [421], actions: [suspend], for: 1h}\n"
                + "  - {name: a, code: [450], actions: [suspend], for: 1h}", 3
        ), ("limits:\n  - {match: \"provider:nobody\", connections: 1}", 2),
    ])
    func aShapingFileIsRefusedWithItsOwnLine(text: String, line: Int) throws {
        let folder = try TemporaryFolder()
        let shaping = try folder.file("own.yaml", text: text + "\n")
        let file = try folder.file(
            "martlet.yaml",
            text: "hostname: mail.example.com\ndata: \(folder.path)/data\nshaping: {file: \(shaping.path)}\n")
        for arguments in [["serve", "--check", "--config", file.path], ["shaping", "check", shaping.path]] {
            let result = try Tool.run(Engine.binary, arguments)
            #expect(result.status != 0 && result.errors.contains("own.yaml:\(line):"), "\(text)\n\(result.errors)")
        }
    }
}
