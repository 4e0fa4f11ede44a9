import ArgumentParser
import ControlAPI
import Loop
import Mail

struct TopCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "top", abstract: "The running server, live: rates, sites, suspensions, warm-ups.",
        discussion: """
            Asks every second. Keys: q quits; the arrows and the page keys scroll; d, s, e, o and n sort sites by \
            deliveries, sent per second, deferred per second, oldest mail and name.
            """)

    @OptionGroup var server: ServerOption

    @Flag(name: .long, help: "Print one frame without escape codes, and end.")
    var once = false

    @Option(name: .long, help: "Columns of --once.")
    var width = 120

    @Option(name: .long, help: "Lines of --once.")
    var height = 40

    func validate() throws {
        guard (20...1_000).contains(width), (3...10_000).contains(height) else {
            throw ValidationError("--width takes 20 to 1000, --height 3 to 10000")
        }
    }

    func run() async throws {
        let client = try server.client()
        do {
            if once { try await frame(client) } else { try await watch(client) }
        } catch {
            await client.close()
            throw error
        }
        await client.close()
    }

    /// One frame; its rates are of one second.
    private func frame(_ client: ControlClient) async throws {
        let watch = TopWatch(client: client)
        let first = try await watch.snapshot()
        try await SystemTime().sleep(for: .seconds(1))
        let second = try await watch.snapshot()
        for line in TopScreen(width: width, height: height).lines(second, since: first) { print(line.text) }
        Terminal.flush()
    }

    private func watch(_ client: ControlClient) async throws {
        let watch = TopWatch(client: client)
        // Before the screen is taken: a wrong key or address is said in plain words.
        watch.keep(try await watch.snapshot())
        guard let terminal = TopTerminal() else {
            throw OperatorFailure(message: "this is no terminal; --once prints one frame")
        }
        defer { terminal.leave() }
        let pool = BlockingPool(name: "martlet-keys", threads: 1)
        var screen = TopScreen(width: 0, height: 0)
        var drawn: [TopScreen.Line] = []
        while true {
            watch.refreshIfDue()
            (screen.width, screen.height) = terminal.size()
            let frame = watch.lines(screen)
            if frame != drawn {
                terminal.draw(frame)
                drawn = frame
            }
            let key = await pool.run { terminal.key(within: 100) }
            let page = max(1, screen.height / 2)
            switch key {
            case .none: continue
            case .quit: return
            case .up: screen.offset -= 1
            case .down: screen.offset += 1
            case .pageUp: screen.offset -= page
            case .pageDown: screen.offset += page
            case .character(let character):
                if let order = TopScreen.Order(rawValue: character) { (screen.order, screen.offset) = (order, 0) }
            }
            screen.offset = min(max(0, screen.offset), watch.lastOffset(screen))
        }
    }
}
