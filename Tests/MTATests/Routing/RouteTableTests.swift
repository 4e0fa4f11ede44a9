import Mail
import Testing

@testable import MTA

@Suite struct RouteTableTests {
    static func exit(_ name: String, _ sites: Exit.Sites = .one) -> Exit {
        Exit(name: name, transport: NullTransport(), sites: sites)
    }

    static func domain(_ text: String) -> Domain { Domain(canonical: text) }

    @Test func theMostSpecificRuleWins() throws {
        let rules = [
            RouteRule(.any, exit: "direct"), RouteRule(.suffix(Self.domain("example.org")), exit: "suffix"),
            RouteRule(.domain(Self.domain("a.example.org")), exit: "exact"),
            RouteRule(.suffix(Self.domain("deep.example.org")), exit: "deep"), RouteRule(.test, exit: "capture"),
        ]
        let names = ["direct", "suffix", "exact", "deep", "capture"]
        for order in [rules, rules.reversed()] {
            let table = try RouteTable(order, exits: names.map { Self.exit($0) })
            for (destination, name) in [
                ("a.example.org", "exact"), ("b.example.org", "suffix"), ("example.org", "suffix"),
                ("x.deep.example.org", "deep"), ("notexample.org", "direct"), ("other.test", "direct"),
            ] {
                #expect(table.exit(for: Self.domain(destination), isTest: false)?.name == name, "\(destination)")
                #expect(table.exit(for: Self.domain(destination), isTest: true)?.name == "capture")
            }
        }
    }

    @Test func testMailNeverLeaves() throws {
        let table = try RouteTable([RouteRule(.any, exit: "direct")], exits: [Self.exit("direct")])
        #expect(table.exit(for: Self.domain("a.test"), isTest: true) == nil)
    }

    @Test func refusesAMuddledTable() {
        #expect(throws: RouteTableFailure.unknownExit("x")) { try RouteTable([RouteRule(.any, exit: "x")], exits: []) }
        #expect(throws: RouteTableFailure.duplicateExit("x")) {
            try RouteTable([], exits: [Self.exit("x"), Self.exit("x")])
        }
        for match in [RouteMatch.any, .test, .domain(Self.domain("a.b")), .suffix(Self.domain("a.b"))] {
            #expect(throws: RouteTableFailure.duplicateRule(match)) {
                try RouteTable([RouteRule(match, exit: "x"), RouteRule(match, exit: "x")], exits: [Self.exit("x")])
            }
        }
    }
}
