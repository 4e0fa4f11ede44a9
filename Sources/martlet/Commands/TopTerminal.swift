import ControlAPI
import Glibc

/// The terminal of `martlet top`: keys one by one, the second screen, and everything as it was at the end.
struct TopTerminal: Sendable {
    enum Key: Sendable {
        case quit, up, down, pageUp, pageDown
        case character(Character)
    }

    private let original: termios

    /// `nil`: input or output is no terminal.
    init?() {
        guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 else { return nil }
        var settings = termios()
        guard unsafe tcgetattr(STDIN_FILENO, &settings) == 0 else { return nil }
        original = settings
        // Signals stay off, too: Ctrl-C comes as a key, so that the terminal is put right before the end.
        settings.c_lflag &= ~tcflag_t(ICANON | ECHO | ISIG | IEXTEN)
        settings.c_iflag &= ~tcflag_t(IXON | ICRNL)
        guard unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings) == 0 else { return nil }
        Self.write("\u{1B}[?1049h\u{1B}[?25l")
    }

    func leave() {
        Self.write("\u{1B}[?25h\u{1B}[?1049l")
        var settings = original
        _ = unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
    }

    func size() -> (width: Int, height: Int) {
        var window = winsize()
        guard unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &window) == 0, window.ws_col > 0, window.ws_row > 0 else {
            return (80, 24)
        }
        return (Int(window.ws_col), Int(window.ws_row))
    }

    /// The whole frame in one piece, over the old one: nothing is erased before it is written anew.
    func draw(_ lines: [TopScreen.Line]) {
        var frame = "\u{1B}[?2026h\u{1B}[H"
        for (index, line) in lines.enumerated() {
            if index > 0 { frame += "\r\n" }
            frame += Self.code(line.style) + line.text + "\u{1B}[0m\u{1B}[K"
        }
        Self.write(frame + "\u{1B}[J\u{1B}[?2026l")
    }

    /// Waits for a key. Blocks its thread. `nil`: none came, or one that means nothing.
    /// - Parameter milliseconds: the longest time.
    func key(within milliseconds: Int32) -> Key? {
        var input = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&input, 1, milliseconds) > 0 else { return nil }
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = unsafe read(STDIN_FILENO, &bytes, bytes.count)
        // The terminal is gone.
        guard count > 0 else { return .quit }
        switch Array(bytes.prefix(count)) {
        case [UInt8(ascii: "q")], [3], [4]: return .quit
        case [0x1B, 0x5B, 0x41], [0x1B, 0x4F, 0x41]: return .up
        case [0x1B, 0x5B, 0x42], [0x1B, 0x4F, 0x42]: return .down
        case [0x1B, 0x5B, 0x35, 0x7E]: return .pageUp
        case [0x1B, 0x5B, 0x36, 0x7E]: return .pageDown
        case let typed where typed.count == 1 && typed[0] > 0x20 && typed[0] < 0x7F:
            return .character(Character(Unicode.Scalar(typed[0])))
        default: return nil
        }
    }

    private static func code(_ style: TopScreen.Style) -> String {
        switch style {
        case .plain: ""
        case .title: "\u{1B}[1m"
        case .heading: "\u{1B}[7m"
        case .alarm: "\u{1B}[1;31m"
        case .dim: "\u{1B}[2m"
        }
    }

    private static func write(_ text: String) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }
}
