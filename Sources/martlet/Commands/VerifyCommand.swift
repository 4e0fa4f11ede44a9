import ArgumentParser
import DNSAuth
import Foundation
import Loop
import Mail

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Say who sent a message: SPF, DKIM, DMARC and ARC, with reasons.",
        discussion: """
            Reads one message from a file ('-' is standard input). SPF needs to know where it came from: give --ip, \
            and --helo and --mail-from as the client said them. The status is 0 when somebody vouches for the author, \
            1 when nobody does, and 2 when the input cannot be used.
            """)

    @Argument(help: "The message (RFC 5322); '-' is standard input.")
    var file: String

    @Option(name: .long, help: "The address of the client that sent it.")
    var ip: String?

    @Option(name: .long, help: "The client's HELO name. Default: the domain of --mail-from.")
    var helo: String?

    @Option(name: .long, help: "The envelope sender; an empty one is the null sender. Default: the null sender.")
    var mailFrom: String?

    @Option(name: .long, help: "HOST:PORT of the name server, an address. Default: /etc/resolv.conf.")
    var resolver: String?

    @Flag(name: .long, help: "Print the same facts as JSON.")
    var json = false

    func run() async throws {
        let report = try await Self.unusableInput {
            let message = try MessageFile(try bytes())
            let results = try await judge(message.content)
            return VerificationReport(
                results.found, client: results.client, source: file == "-" ? "standard input" : file,
                size: message.content.count, notes: message.notes)
        }
        print(json ? report.json : report.text, terminator: "")
        if !report.isPass { throw ExitCode(1) }
    }

    /// Whatever is wrong with the input is said on standard error, and the status is 2.
    private static func unusableInput<Value>(_ body: () async throws -> Value) async throws -> Value {
        do { return try await body() } catch let error as ValidationError {
            FileHandle.standardError.write(Data("martlet verify: \(error.message)\n".utf8))
        } catch let error as MessageFile.Failure {
            let words = error == .empty ? "the input is empty" : "the input has no header field: it is no message"
            FileHandle.standardError.write(Data("martlet verify: \(words)\n".utf8))
        } catch {
            FileHandle.standardError.write(Data("martlet verify: \(error.localizedDescription)\n".utf8))
        }
        throw ExitCode(2)
    }

    private func bytes() throws -> [UInt8] {
        if file == "-" { return Array(FileHandle.standardInput.readDataToEndOfFile()) }
        do { return Array(try Data(contentsOf: URL(fileURLWithPath: file))) } catch {
            throw ValidationError("cannot read '\(file)': \(error.localizedDescription)")
        }
    }

    private func judge(_ content: Content) async throws -> (found: MessageAuthentication, client: MessageClient?) {
        let client = try client()
        var options = ResolverOptions.system()
        if let resolver {
            guard let server = SocketAddress(resolver) else {
                throw ValidationError("--resolver must be ADDRESS:PORT, not '\(resolver)'")
            }
            options.servers = [server]
        }
        let loops = try EngineProcess.loops(1)
        loops.start()
        defer { loops.stop() }
        let authenticator = DNSAuthenticator(
            resolver: DNSResolver(options: options, on: loops.loops[0]), pool: BlockingPool(name: "verify", threads: 2),
            time: SystemTime())
        return (await authenticator.authenticate(content, from: client, at: SystemTime().wall), client)
    }

    private func client() throws -> MessageClient? {
        guard let ip else {
            if helo != nil || mailFrom != nil { throw ValidationError("--helo and --mail-from need --ip") }
            return nil
        }
        guard let address = IPAddress(ip) else { throw ValidationError("--ip: '\(ip)' is not an address") }
        var sender: Mailbox?
        if let mailFrom, !mailFrom.isEmpty, mailFrom != "<>" {
            do { sender = try Mailbox(parsing: mailFrom) } catch {
                throw ValidationError("--mail-from: '\(mailFrom)' is not an address: \(error)")
            }
        }
        guard let name = helo ?? sender?.domain.text else {
            throw ValidationError("--ip needs --helo or --mail-from")
        }
        return MessageClient(address: address, helo: name, sender: sender)
    }
}
