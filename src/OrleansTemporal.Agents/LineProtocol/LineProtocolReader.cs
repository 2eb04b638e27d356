using System.Text;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Series;

namespace OrleansTemporal.LineProtocol;

/// <summary>
/// Reads the text format of InfluxDB: <c>measurement,tag=value field=1.5,other=3i 1700000000000000000</c>, one point a line.
/// A measurement is a stream. Integers and booleans (as 1 and 0) become doubles; what a double does not hold exactly, and
/// text, is refused. All or nothing: the first bad line is named and nothing is answered.
/// </summary>
public sealed class LineProtocolReader
{
    private const byte Escape = (byte)'\\';
    private const long IntegerMax = 1L << 53;
    private const int TimeTextMax = 24;

    private readonly Dictionary<string, SeriesBatch> streams = new(StringComparer.Ordinal);
    private readonly Dictionary<byte[], LineSeries>.AlternateLookup<ReadOnlySpan<byte>> known =
        new Dictionary<byte[], LineSeries>(LineKeyComparer.Instance).GetAlternateLookup<ReadOnlySpan<byte>>();

    private readonly long nanosecondsPerUnit;
    private readonly EventTime now;

    // Lines mostly come in the same order again and again, many with one time.
    private LineSeries? before;
    private readonly byte[] timeText = new byte[TimeTextMax];
    private int timeTextLength;
    private EventTime timeBefore;

    /// <summary>Makes a reader of one request.</summary>
    /// <param name="nanosecondsPerUnit">Of timestamps: 1, a thousand, a million or a billion.</param>
    /// <param name="now">The time of lines without one.</param>
    public LineProtocolReader(long nanosecondsPerUnit, EventTime now)
    {
        this.nanosecondsPerUnit = nanosecondsPerUnit;
        this.now = now;
    }

    /// <summary>Points by stream.</summary>
    public IReadOnlyDictionary<string, SeriesBatch> Streams => streams;

    /// <summary>How many points were read.</summary>
    public int PointCount { get; private set; }

    /// <summary>Reads all lines. Cost: about 150 ns for each field.</summary>
    /// <exception cref="TemporalException">Invalid, <c>malformed_line</c>, with the number of the first bad line; TooLarge, <c>batch_too_large</c>.</exception>
    public void Read(ReadOnlySpan<byte> text)
    {
        for (var number = 1; !text.IsEmpty; number++)
        {
            var end = EndOfLine(text);
            var line = text[..end];
            text = end == text.Length ? default : text[(end + 1)..];
            line = line.TrimEnd(" \r\t"u8).TrimStart(" \t"u8);
            if (line.IsEmpty || line[0] == '#')
            {
                continue;
            }

            try
            {
                ReadLine(line);
            }
            catch (TemporalException fault) when (fault.Kind == ErrorKind.Invalid)
            {
                throw new TemporalException(ErrorKind.Invalid, ErrorCodes.MalformedLine, $"Line {number}: {fault.Message} Nothing of the request is kept.")
                {
                    Field = $"line {number}",
                };
            }
        }
    }

    // A line ends at a newline that is not within a text in quotes.
    private static int EndOfLine(ReadOnlySpan<byte> text)
    {
        var end = text.IndexOf((byte)'\n');
        end = end < 0 ? text.Length : end;
        if (text[..end].IndexOf((byte)'"') < 0)
        {
            return end;
        }

        return IndexOutsideQuotes(text, (byte)'\n') is >= 0 and var found ? found : end;
    }

    private void ReadLine(ReadOnlySpan<byte> line)
    {
        var head = EndOf(line, (byte)' ');
        if (head == line.Length)
        {
            throw Refuse("a space and a field are missing.");
        }

        var series = Find(line[..head]);
        var rest = line[head..].TrimStart((byte)' ');
        var fieldsEnd = EndOfFields(rest);
        var time = rest[fieldsEnd..].Trim((byte)' ');
        ReadFields(series, rest[..fieldsEnd], time.IsEmpty ? now : ReadTime(time));
        PointCount++;
    }

    private LineSeries Find(ReadOnlySpan<byte> head)
    {
        var expected = before?.Next;
        if (expected is not null && head.SequenceEqual(expected.Head))
        {
            return before = expected;
        }

        if (!known.TryGetValue(head, out var series))
        {
            series = Enter(head);
        }

        if (before is not null)
        {
            before.Next = series;
        }

        return before = series;
    }

    private LineSeries Enter(ReadOnlySpan<byte> head)
    {
        var key = head.ToArray();
        var end = EndOf(head, (byte)',');
        var stream = Unescape(head[..end], "a measurement");
        if (!Names.IsValid(stream))
        {
            throw Refuse($"'{stream}' is no name of a stream: 1 to {Limits.NameLengthMax} of A-Z, a-z, 0-9, dot, underscore and dash, not beginning with a dot or underscore.");
        }

        var tags = new List<KeyValuePair<string, string>>();
        while (end < head.Length)
        {
            head = head[(end + 1)..];
            end = EndOf(head, (byte)',');
            var pair = head[..end];
            var equals = EndOf(pair, (byte)'=');
            if (equals == pair.Length)
            {
                throw Refuse("a tag has no '='.");
            }

            tags.Add(new(Unescape(pair[..equals], "a tag"), Unescape(pair[(equals + 1)..], "a tag's value")));
        }

        if (!streams.TryGetValue(stream, out var batch))
        {
            streams[stream] = batch = new SeriesBatch();
        }

        return known.Dictionary[key] = new LineSeries(key, batch, SeriesTags.Of(tags));
    }

    private static void ReadFields(LineSeries series, ReadOnlySpan<byte> fields, EventTime time)
    {
        while (true)
        {
            var equals = EndOf(fields, (byte)'=');
            if (equals == fields.Length)
            {
                throw Refuse("a field has no '='.");
            }

            var name = fields[..equals];
            fields = fields[(equals + 1)..];
            var end = fields.IndexOf((byte)',');
            if (!fields.IsEmpty && fields[0] == '"')
            {
                throw Refuse($"the field '{Encoding.UTF8.GetString(name)}' is text; fields are numbers here.");
            }

            var value = end < 0 ? fields : fields[..end];
            series.Add(name, time, ReadValue(name, value));
            if (end < 0)
            {
                return;
            }

            fields = fields[(end + 1)..];
        }
    }

    private static double ReadValue(ReadOnlySpan<byte> name, ReadOnlySpan<byte> text)
    {
        if (LineNumbers.TryReadDecimal(text, out var value))
        {
            return value;
        }

        if (text.Length > 1 && text[^1] is (byte)'i' or (byte)'u')
        {
            var isWhole = long.TryParse(text[..^1], System.Globalization.NumberStyles.AllowLeadingSign, null, out var whole)
                && (text[^1] == 'i' || whole >= 0) && text[0] != '+';
            return isWhole && whole is >= -IntegerMax and <= IntegerMax
                ? whole
                : throw Refuse($"the field '{Encoding.UTF8.GetString(name)}' is no whole number that a double holds exactly.");
        }

        if (text.SequenceEqual("t"u8) || text.SequenceEqual("T"u8) || text.SequenceEqual("true"u8) || text.SequenceEqual("True"u8) || text.SequenceEqual("TRUE"u8))
        {
            return 1;
        }

        if (text.SequenceEqual("f"u8) || text.SequenceEqual("F"u8) || text.SequenceEqual("false"u8) || text.SequenceEqual("False"u8) || text.SequenceEqual("FALSE"u8))
        {
            return 0;
        }

        return double.TryParse(text, System.Globalization.NumberStyles.Float & ~System.Globalization.NumberStyles.AllowLeadingWhite, null, out value) && double.IsFinite(value) && !text.ContainsAny("nN\t "u8)
            ? value
            : throw Refuse($"the field '{Encoding.UTF8.GetString(name)}' is no finite number.");
    }

    private EventTime ReadTime(ReadOnlySpan<byte> text)
    {
        if (!text.SequenceEqual(timeText.AsSpan(0, timeTextLength)))
        {
            timeBefore = ParseTime(text);
            timeTextLength = text.Length <= TimeTextMax ? text.Length : 0;
            text[..timeTextLength].CopyTo(timeText);
        }

        return timeBefore;
    }

    private EventTime ParseTime(ReadOnlySpan<byte> text) =>
        long.TryParse(text, System.Globalization.NumberStyles.AllowLeadingSign, null, out var count) && text[0] != '+'
            ? EventTime.TryFrom(count, nanosecondsPerUnit, out var time) ? time : throw Refuse("the timestamp is outside of 1677 to 2262; is the precision right?")
            : throw Refuse("the timestamp is no whole number.");

    // The first of a character that no backslash is before; the length when there is none.
    private static int EndOf(ReadOnlySpan<byte> text, byte wanted)
    {
        var found = text.IndexOfAny(wanted, Escape);
        if (found < 0 || text[found] == wanted)
        {
            return found < 0 ? text.Length : found;
        }

        for (var i = found; i < text.Length; i++)
        {
            if (text[i] == Escape)
            {
                i++;
            }
            else if (text[i] == wanted)
            {
                return i;
            }
        }

        return text.Length;
    }

    // The space behind the fields; one within a text in quotes is none.
    private static int EndOfFields(ReadOnlySpan<byte> text)
    {
        // In most lines the first space of all.
        var found = text.IndexOfAny((byte)' ', (byte)'"', Escape);
        if (found >= 0 && text[found] != ' ')
        {
            found = IndexOutsideQuotes(text, (byte)' ');
        }

        return found >= 0 ? found : text.Length;
    }

    // The first such byte that is neither within quotes nor escaped; -1 when there is none.
    private static int IndexOutsideQuotes(ReadOnlySpan<byte> text, byte wanted)
    {
        var isQuoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case Escape:
                    i++;
                    break;
                case (byte)'"':
                    isQuoted = !isQuoted;
                    break;
                case var value when value == wanted && !isQuoted:
                    return i;
            }
        }

        return -1;
    }

    internal static string Unescape(ReadOnlySpan<byte> text, string what)
    {
        if (text.IsEmpty)
        {
            throw Refuse($"{what} is empty.");
        }

        try
        {
            if (text.IndexOf(Escape) < 0)
            {
                return LineNumbers.StrictUtf8.GetString(text);
            }

            var plain = new byte[text.Length];
            var length = 0;
            for (var i = 0; i < text.Length; i++)
            {
                // A backslash before anything else is itself.
                i += text[i] == Escape && i + 1 < text.Length && text[i + 1] is (byte)',' or (byte)'=' or (byte)' ' or Escape ? 1 : 0;
                plain[length++] = text[i];
            }

            return LineNumbers.StrictUtf8.GetString(plain.AsSpan(0, length));
        }
        catch (DecoderFallbackException)
        {
            throw Refuse($"{what} is no UTF-8.");
        }
    }

    private static TemporalException Refuse(string problem) => new(ErrorKind.Invalid, ErrorCodes.MalformedLine, problem);
}
