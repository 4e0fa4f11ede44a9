import Testing

@testable import Queue

@Suite struct TimerWheelTests {
    @Test(
        arguments: [
            1, 2, 63, 64, 65, 4_095, 4_096, 4_097, 262_143, 262_144, 16_777_216, 300_000, 432_000_000, 40_000_000_000,
        ] as [UInt64])
    func firesAtItsTimeAndNotBefore(time: UInt64) {
        for start in [0, 1, 62, 63, 64, 1_000_003] as [UInt64] {
            var wheel = TimerWheel()
            var fired: [UInt32] = []
            wheel.advance(to: start, fired: &fired)
            wheel.set(7, at: start + time)
            wheel.advance(to: start + time - 1, fired: &fired)
            #expect(fired.isEmpty)
            wheel.advance(to: start + time, fired: &fired)
            #expect(fired == [7])
            #expect(wheel.count == 0 && wheel.nextTime == nil)
        }
    }

    @Test func keepsTheOrderOfInsertionAtOneTime() {
        var wheel = TimerWheel()
        for entry in 0..<100 as Range<UInt32> { wheel.set(entry, at: 5_000_000) }
        var fired: [UInt32] = []
        wheel.advance(to: 6_000_000, fired: &fired)
        #expect(fired == Array(0..<100))
    }

    @Test func aTimeInThePastFiresAtOnce() {
        var wheel = TimerWheel()
        var fired: [UInt32] = []
        wheel.advance(to: 1_000, fired: &fired)
        wheel.set(1, at: 10)
        #expect(wheel.nextTime == 1_000)
        wheel.advance(to: 1_000, fired: &fired)
        #expect(fired == [1])
    }

    /// Against a dictionary, with times from milliseconds to months.
    @Test(arguments: 0..<20 as Range<UInt64>)
    func agreesWithADictionary(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var wheel = TimerWheel()
        var model: [UInt32: UInt64] = [:]
        var now: UInt64 = 0
        for _ in 0..<3_000 {
            let entry = UInt32.random(in: 0..<200, using: &random)
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<5:
                let time = now + random.next() >> UInt64.random(in: 26...63, using: &random)
                wheel.set(entry, at: time)
                model[entry] = time
            case 5:
                wheel.cancel(entry)
                model[entry] = nil
            default:
                if let next = wheel.nextTime {
                    #expect(next >= now && next <= (model.values.min() ?? 0).clamped(from: now))
                } else {
                    #expect(model.isEmpty)
                }
                now += random.next() >> UInt64.random(in: 36...63, using: &random)
                var fired: [UInt32] = []
                wheel.advance(to: now, fired: &fired)
                let due = model.filter { $0.value <= now }
                #expect(Set(fired) == Set(due.keys) && fired.count == due.count)
                for (earlier, later) in zip(fired, fired.dropFirst()) {
                    // What was set into the past fires at the time it was set.
                    #expect(due[earlier, default: 0] <= due[later, default: 0])
                }
                for entry in fired { model[entry] = nil }
            }
            #expect(wheel.count == model.count)
        }
    }
}

extension UInt64 {
    fileprivate func clamped(from lowest: UInt64) -> UInt64 { Swift.max(self, lowest) }
}
