import Dispatch
import Glibc
import MicroOperations

/// Does one operation a given number of times, for a program that counts instructions around it.
///
///     Instructions list            name, times and kind of each operation
///     Instructions NAME TIMES      does it
///
/// Not an asynchronous `main`: valgrind does not survive what that makes of the main thread.
@main
enum Instructions {
    static func main() {
        let done = DispatchSemaphore(value: 0)
        Task.detached {
            await run(Array(CommandLine.arguments.dropFirst()))
            done.signal()
        }
        done.wait()
    }

    private static func run(_ arguments: [String]) async {
        if arguments == ["list"] {
            for operation in Operation.all {
                print("\(operation.name)\t\(operation.count)\t\(operation.isPure ? "pure" : "waits")")
            }
            return
        }
        guard arguments.count == 2, let times = Int(arguments[1]), times >= 0,
            let operation = Operation.named(arguments[0])
        else { fail("usage: Instructions list | NAME TIMES") }
        do {
            let work = try await operation.prepare()
            try await work(times)
        } catch {
            fail("\(operation.name): \(error)")
        }
    }

    private static func fail(_ words: String) -> Never {
        let line = Array("\(words)\n".utf8)
        _ = unsafe line.withUnsafeBytes { unsafe write(2, $0.baseAddress, $0.count) }
        exit(1)
    }
}
