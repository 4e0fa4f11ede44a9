import Foundation
import Testing

/// `martlet simulate` is a function of plan and seed, and what it writes can be read by others.
@Suite struct SimulationsRepeatThemselvesTests {
    private static let plan = """
        title: a short one
        start: 2027-01-04
        days: 3
        sites:
          google: {provider: google, share: 2, domains: [gmail.com], greylisting: {delay: 10m}}
          others: {share: 1, domain_count: 5, temporary_failures: 0.05}
        traffic:
          news: {stream: broadcast, per_day: 400}
        engine:
          sources:
            - {name: one, address: 192.0.2.1}
          warmup:
            sources:
              - {source: one}
        """

    private func simulate(_ folder: TemporaryFolder, _ arguments: String...) throws -> Tool.Result {
        let plan = try folder.file("plan.yaml", text: Self.plan)
        return try Tool.run(Engine.binary, ["simulate", "--plan", plan.path] + arguments)
    }

    @Test(.timeLimit(.minutes(1))) func theSameSeedIsTheSameCourseByteForByte() throws {
        let folder = try TemporaryFolder()
        let (first, second) = ("\(folder.path)/1.svg", "\(folder.path)/2.svg")
        let one = try simulate(folder, "--seed", "7", "--svg", first)
        #expect(one.status == 0 && !one.output.isEmpty, "\(one.errors)")
        let again = try simulate(folder, "--seed", "7", "--svg", second)
        #expect(
            one.output.replacingOccurrences(of: first, with: "")
                == again.output.replacingOccurrences(of: second, with: ""))
        #expect(try Data(contentsOf: URL(filePath: first)) == Data(contentsOf: URL(filePath: second)))
        if let xmllint = Tool.path("xmllint", neededFor: "judging the chart") {
            let judged = try Tool.run(xmllint, ["--noout", first])
            #expect(judged.status == 0, "\(judged.errors)")
        }
    }

    @Test(.timeLimit(.minutes(1))) func anotherSeedIsAnotherCourse() throws {
        let folder = try TemporaryFolder()
        func days(_ seed: String) throws -> NSArray {
            let result = try simulate(folder, "--json", "--days", "2", "--seed", seed)
            let json = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
            return try #require(json?["days"] as? NSArray, "\(result.output.prefix(500))")
        }
        #expect(try days("7").count == 2)
        #expect(try days("7") != days("8"))
    }

    @Test func aWrongPlanIsRefusedWithItsLine() throws {
        let folder = try TemporaryFolder()
        for (text, line) in [("days: 0\n", 1), ("title: x\nsightes: {}\n", 2)] {
            let plan = try folder.file("wrong.yaml", text: text)
            let result = try Tool.run(Engine.binary, ["simulate", "--plan", plan.path])
            #expect(result.status != 0 && result.errors.contains("wrong.yaml:\(line):"), "\(result.errors)")
        }
    }
}
