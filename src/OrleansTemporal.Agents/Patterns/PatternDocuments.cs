using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Patterns;

/// <summary>Definitions and progress as documents. Numbers of 64 bits are texts, since canonical JSON has doubles.</summary>
internal static class PatternDocuments
{
    /// <summary>The namespace of definitions; the key is the pattern's name.</summary>
    public const string Definitions = "system.patterns";

    /// <summary>The namespace of progress; the key is the pattern's name.</summary>
    public const string Progress = "system.patterns.progress";

    public static byte[] Write(PatternDefinition definition, ImmutableDictionary<AgentId, long> from) => Write(json =>
    {
        json.WriteStartObject("definition");
        PatternJson.Write(json, definition);
        json.WriteEndObject();
        WriteMarks(json, "from", from);
    });

    public static byte[] Write(PatternProgress progress) => Write(json =>
    {
        json.WriteString("version", progress.Version);
        WriteMarks(json, "through", progress.Through);
        WriteNumber(json, "decided", progress.Decided);
        WriteNumber(json, "frontier", progress.Frontier);
        WriteNumber(json, "matches", progress.MatchCount);
    });

    /// <summary>Reads a definition.</summary>
    /// <exception cref="TemporalException">Invalid: somebody has written what is none.</exception>
    public static PatternEntry ReadDefinition(string name, WriteId version, HybridTimestamp systemTime, ReadOnlyMemory<byte> document) => Read(document, root =>
    {
        var definition = PatternJson.Read(root.GetProperty("definition"));
        PatternRules.Validate(definition);
        return new PatternEntry(name, version, systemTime, definition, ReadMarks(root.GetProperty("from")));
    });

    /// <summary>Reads a definition; false when somebody has written into the namespace what is none.</summary>
    public static bool TryReadDefinition(string name, WriteId version, HybridTimestamp systemTime, ReadOnlyMemory<byte> document, [NotNullWhen(true)] out PatternEntry? entry)
    {
        try
        {
            entry = ReadDefinition(name, version, systemTime, document);
            return true;
        }
        catch (TemporalException fault) when (fault.Kind == ErrorKind.Invalid)
        {
            entry = null;
            return false;
        }
    }

    /// <inheritdoc cref="ReadDefinition"/>
    public static PatternProgress ReadProgress(ReadOnlyMemory<byte> document) => Read(document, static root => new PatternProgress
    {
        Version = root.GetProperty("version").GetString()!,
        Through = ReadMarks(root.GetProperty("through")),
        Decided = ReadNumber(root, "decided"),
        Frontier = ReadNumber(root, "frontier"),
        MatchCount = ReadNumber(root, "matches") ?? 0,
    });

    private static T Read<T>(ReadOnlyMemory<byte> document, Func<JsonElement, T> read)
    {
        try
        {
            using var json = JsonDocument.Parse(document);
            return read(json.RootElement);
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or OverflowException or ArgumentException)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, "The document is no pattern's.", fault);
        }
    }

    private static byte[] Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteMarks(Utf8JsonWriter json, string name, ImmutableDictionary<AgentId, long> marks)
    {
        json.WriteStartObject(name);
        foreach (var (agent, sequence) in marks.OrderBy(static mark => mark.Key.ToString(), StringComparer.Ordinal))
        {
            json.WriteString(agent.ToString(), sequence.ToString(CultureInfo.InvariantCulture));
        }

        json.WriteEndObject();
    }

    private static ImmutableDictionary<AgentId, long> ReadMarks(JsonElement marks) =>
        marks.EnumerateObject().ToImmutableDictionary(static mark => AgentId.Parse(mark.Name), static mark => long.Parse(mark.Value.GetString()!, CultureInfo.InvariantCulture));

    private static void WriteNumber(Utf8JsonWriter json, string name, long? number)
    {
        if (number is { } known)
        {
            json.WriteString(name, known.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static long? ReadNumber(JsonElement root, string name) =>
        root.TryGetProperty(name, out var number) ? long.Parse(number.GetString()!, CultureInfo.InvariantCulture) : null;
}
