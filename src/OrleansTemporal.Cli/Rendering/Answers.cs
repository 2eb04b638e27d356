using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Spectre.Console;

namespace OrleansTemporal.Rendering;

/// <summary>Writes answers either for people (tables, text) or for programs (one JSON document, or one on each line).</summary>
internal sealed class Answers
{
    private static readonly JsonWriterOptions JsonOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 256 };

    // Wide enough that nothing wraps in a file or pipe.
    private const int RedirectedWidth = 10_000;

    private readonly Terminal terminal;
    private readonly IAnsiConsole screen;

    public Answers(Terminal terminal, bool isJson, bool isColored)
    {
        this.terminal = terminal;
        IsJson = isJson;
        screen = Open(terminal.Output, terminal.IsOutputInteractive, isColored);
        Messages = Open(terminal.Error, terminal.IsErrorInteractive, isColored);
    }

    /// <summary>True when programs read the answer.</summary>
    public bool IsJson { get; }

    /// <summary>Progress and notices, on standard error.</summary>
    public IAnsiConsole Messages { get; }

    /// <summary>One JSON document on a line of its own.</summary>
    public void WriteJson(Action<Utf8JsonWriter> write) => WriteLine(ToJson(write));

    /// <summary>The text of one JSON document, without line ends.</summary>
    public static string ToJson(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, JsonOptions))
        {
            write(json);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>One line of plain text, whatever it holds.</summary>
    public void WriteLine(string text) => Guard(() => terminal.Output.WriteLine(text));

    /// <summary>Plain text without a line end.</summary>
    public void Write(string text) => Guard(() => terminal.Output.Write(text));

    public void WriteTable(Table table) => Guard(() => screen.Write(table.Border(TableBorder.Simple)));

    /// <summary>One line on standard error for people and programs alike.</summary>
    public void Notice(string text) => terminal.Error.WriteLine($"otemporal: {text}");

    private static void Guard(Action write)
    {
        try
        {
            write();
        }
        catch (IOException error)
        {
            throw new BrokenOutputException(error);
        }
    }

    private static IAnsiConsole Open(TextWriter writer, bool isInteractive, bool isColored)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = isInteractive ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = isInteractive && isColored ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = isInteractive ? InteractionSupport.Detect : InteractionSupport.No,
        });
        if (!isInteractive)
            console.Profile.Width = RedirectedWidth;
        return console;
    }
}
