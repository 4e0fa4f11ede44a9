import Testing

@testable import Queue

@Suite struct SourceRotationTests {
    /// However large the batches are, each member is within one of them of its share, from the first delivery on.
    @Test(arguments: 0..<200 as Range<UInt64>)
    func sharesAreExact(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let weights = (0..<Int.random(in: 1...6, using: &random)).map { _ in Int.random(in: 1...20, using: &random) }
        let largest = [1, 5, 100][Int(seed % 3)]
        var rotation = SourceRotation(weights: weights, start: random.next())
        var sent = [Int](repeating: 0, count: weights.count)
        let total = weights.reduce(0, +)
        for _ in 0..<500 {
            rotation.begin()
            guard let place = rotation.next() else {
                Issue.record("nobody's turn")
                return
            }
            let count = Int.random(in: 1...largest, using: &random)
            rotation.pass(count, by: place)
            sent[place] += count
            let all = sent.reduce(0, +)
            for (one, weight) in zip(sent, weights) {
                // In shares of a delivery times `total`; the random start is worth one more delivery.
                #expect(abs(one * total - all * weight) <= (largest + 1) * total)
            }
        }
    }

    /// Of many sites that each get little, every source sends its share.
    @Test func sharesAreRightOverManySmallSites() {
        var random = SplitMix64(seed: 7)
        let weights = [50, 30, 15, 5]
        for perSite in [1, 2, 3] {
            var sent = [Int](repeating: 0, count: 4)
            for _ in 0..<20_000 {
                var rotation = SourceRotation(weights: weights, start: random.next())
                for _ in 0..<perSite {
                    rotation.begin()
                    guard let place = rotation.next() else {
                        Issue.record("nobody's turn")
                        return
                    }
                    rotation.pass(1, by: place)
                    sent[place] += 1
                }
            }
            for (one, weight) in zip(sent, weights) {
                #expect(abs(Double(one) / Double(20_000 * perSite) - Double(weight) / 100) < 0.02)
            }
        }
    }

    /// A member that could not send for long comes back to its share and at most one round more.
    @Test func whoCouldNotSendDoesNotTakeAllOnItsReturn() {
        var rotation = SourceRotation(weights: [3, 1], start: 0)
        for _ in 0..<100_000 {
            rotation.begin()
            rotation.skip(0)
            #expect(rotation.next() == 1)
            rotation.pass(1, by: 1)
        }
        var sent = [0, 0]
        for _ in 0..<400 {
            rotation.begin()
            guard let place = rotation.next() else {
                Issue.record("nobody's turn")
                return
            }
            rotation.pass(1, by: place)
            sent[place] += 1
        }
        #expect(sent[0] + sent[1] == 400)
        // Its share is 300; a round is 4 deliveries, of which 3 are its own.
        #expect((300...304).contains(sent[0]), "\(sent)")
    }

    @Test func nobodyIsNextWhenAllAreSkipped() {
        var rotation = SourceRotation(weights: [1, 1_000_000_000], start: .max)
        rotation.begin()
        rotation.skip(0)
        rotation.skip(1)
        #expect(rotation.next() == nil)
        rotation.begin()
        #expect(rotation.next() != nil)
    }
}
