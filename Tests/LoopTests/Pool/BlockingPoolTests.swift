import Foundation
import Loop
import Mail
import MartletTesting
import Testing

@Suite("The blocking pool", .timeLimit(.minutes(1)))
struct BlockingPoolTests {
    struct Refused: Error, Equatable { var number: Int }

    @Test("work runs elsewhere, its result comes back to the loop that asked")
    func result() async throws {
        let pool = BlockingPool(name: "test", threads: 3)
        try await withLoop { loop in
            await loop.run { stage in
                for number in 0..<200 {
                    let (value, wasOnLoop) = await pool.run { (number * 2, loop.isCurrent) }
                    #expect(value == number * 2 && !wasOnLoop && loop.isCurrent)
                }
                let failed = await #expect(throws: Refused.self) {
                    try await pool.run { () throws(Refused) in throw Refused(number: 7) }
                }
                #expect(failed == Refused(number: 7))
            }
        }
    }

    @Test("as many at once as there are threads, the rest waits its turn")
    func parallel() async {
        let pool = BlockingPool(name: "test", threads: 4)
        let inside = Record()
        let barrier = DispatchSemaphore(value: 0)
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<4 {
                group.addTask {
                    await pool.run {
                        inside.append(number)
                        barrier.wait()
                    }
                }
            }
            group.addTask {
                // All four are inside at once, or this never ends.
                while inside.all.count < 4 { try? await SystemTime().sleep(for: .milliseconds(1)) }
                for _ in 0..<4 { barrier.signal() }
            }
        }
        #expect(inside.all.sorted() == [0, 1, 2, 3])
    }

    @Test("ten thousand pieces of work are all done")
    func many() async {
        let pool = BlockingPool(name: "test", threads: 2)
        let done = Record()
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<10_000 { group.addTask { await pool.run { done.append(number) } } }
        }
        #expect(done.all.sorted() == Array(0..<10_000))
    }
}
