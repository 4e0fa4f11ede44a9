import ArgumentParser
import Dispatch

/// Not an asynchronous `main`: that ends in dispatch_main(3), which turns the main thread into one that is for ever
/// exiting. setuid(2) passes such a thread by, and it would stay root's.
@main
enum Main {
    static func main() {
        let done = DispatchSemaphore(value: 0)
        Task.detached {
            await Martlet.main()
            done.signal()
        }
        done.wait()
    }
}

struct Martlet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "martlet",
        abstract: "A high-throughput e-mail delivery engine.",
        discussion: "Begin with 'martlet dev': it needs no configuration and nothing leaves the machine.",
        subcommands: [
            DevCommand.self, ServeCommand.self, SendCommand.self, KeyCommand.self, DomainCommand.self,
            QueueCommand.self, JournalCommand.self, ExplainCommand.self, TopCommand.self, WarmupCommand.self,
            BouncesCommand.self, ShapingCommand.self,
            VerifyCommand.self, DNSCommand.self,
            SimulateCommand.self, BenchCommand.self,
        ])
}

extension ParsableCommand {
    /// Ends with the words on standard error and status 1, as `martlet: ...`.
    func stop(_ error: any Error) -> Never {
        Self.exit(withError: CleanExit.failure(error))
    }
}

/// An error as an operator reads it: no type names around it.
struct CleanExitError: Error, CustomStringConvertible {
    var description: String
}

extension CleanExit {
    static func failure(_ error: any Error) -> CleanExitError { CleanExitError(description: "\(error)") }
}
