import Mail
import Testing

@testable import MTA

@Suite struct ConnectionCensusTests {
    @Test func countsBySiteAndSource() {
        var census = ConnectionCensus()
        for source in ["a", "a", "b", nil] { census.add(site: "s", source: source) }
        census.add(site: "t", source: "a")
        #expect(census.count(site: "s") == 4)
        #expect(census.count(site: "s", source: "a") == 2)
        #expect(census.crowd(site: "s", source: "a", siteLimit: nil, sourceLimit: nil) == nil)
        #expect(census.crowd(site: "s", source: "a", siteLimit: 5, sourceLimit: 3) == nil)
        #expect(census.crowd(site: "s", source: "a", siteLimit: 4, sourceLimit: 3) == .site)
        #expect(census.crowd(site: "s", source: "a", siteLimit: 4, sourceLimit: 2) == .source)
        #expect(census.crowd(site: "s", source: "b", siteLimit: 5, sourceLimit: 2) == nil)
        #expect(census.crowd(site: "s", source: "a", siteLimit: 4, sourceLimit: 2, room: 0) == nil)
        #expect(census.crowd(site: "s", source: "a", siteLimit: 3, sourceLimit: nil, room: 0) == .site)
        #expect(census.crowd(site: "u", source: nil, siteLimit: 1, sourceLimit: 1) == nil)
        // A limit below 1 lets one through, or nothing would ever leave.
        #expect(census.crowd(site: "u", source: nil, siteLimit: 0, sourceLimit: 0) == nil)
        for source in ["a", "a", "b", nil] { census.remove(site: "s", source: source) }
        #expect(census.count(site: "s") == 0 && census.count(site: "s", source: "a") == 0)
        // Nothing goes below zero.
        census.remove(site: "s", source: "a")
        #expect(census.count(site: "s") == 0)
        #expect(census.count(site: "t") == 1)
    }

    /// Random puts and takes: what comes out was put in by the same site and source.
    @Test func thePoolNeverMixesSources() {
        struct Item: Hashable {
            var site: String
            var source: String?
            var number: Int
        }
        let sources = [nil] + ["a", "b", "c"].map { EgressSource(name: $0, addresses: [.v4(1)]) }
        // The same name with another address, as after a reload: not the same way out.
        let all = sources + [EgressSource(name: "a", addresses: [.v4(2)])]
        var generator = SplitMix(seed: 0x1D1E)
        for _ in 0..<50 {
            var pool = IdlePool<(item: Item, place: Int)>()
            var inside = 0
            for number in 0..<400 {
                let now = MonotonicInstant(nanoseconds: Int64(number))
                let site = ["s", "t"].randomElement(using: &generator) ?? "s"
                let place = Int.random(in: 0..<all.count, using: &generator)
                let source = all[place]
                let lane = Int.random(in: 0..<4, using: &generator)
                switch Int.random(in: 0..<5, using: &generator) {
                case 0, 1:
                    pool.put(
                        (Item(site: site, source: source?.name, number: number), place), site: site,
                        source: source, lane: lane, at: now)
                    inside += 1
                case 2, 3:
                    guard let found = pool.take(site: site, source: source, lane: lane) else { continue }
                    #expect(found.item.site == site && found.place == place)
                    inside -= 1
                default:
                    let found =
                        source.map { pool.takeOldest(site: site, source: $0.name) } ?? pool.takeOldest(site: site)
                    guard let found else { continue }
                    #expect(found.item.site == site && (source == nil || found.item.source == source?.name))
                    inside -= 1
                }
                #expect(pool.count == inside)
            }
        }
    }
}
