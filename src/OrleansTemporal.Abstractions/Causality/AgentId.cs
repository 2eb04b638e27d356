using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Causality;

/// <summary>
/// The owner of one causal log. Its text is <c>kind/workspace/name/partition</c>, as in <c>kv/default/users/0</c>;
/// two ids are equal exactly when their texts are. The default value names no agent.
/// </summary>
public readonly record struct AgentId : ISpanFormattable, IUtf8SpanFormattable
{
    /// <summary>Longest text, in bytes (all ASCII): the longest kind, two names, five digits and three slashes.</summary>
    public const int TextLengthMax = 10 + Limits.NameLengthMax + Limits.NameLengthMax + 5 + 3;

    /// <summary>Highest partition number.</summary>
    public const int PartitionMax = ushort.MaxValue;

    /// <summary>Makes an id.</summary>
    /// <param name="workspace">Name of the workspace.</param>
    /// <param name="kind">What the agent owns.</param>
    /// <param name="name">Name of the namespace, stream, ledger and so on; a leading <c>_</c> is the system's.</param>
    /// <param name="partition">From 0 to <see cref="PartitionMax"/>.</param>
    /// <exception cref="TemporalException"><see cref="ErrorKind.Invalid"/>: <c>invalid_name</c>, <c>invalid_agent_kind</c> or <c>invalid_partition</c>.</exception>
    public AgentId(string workspace, AgentKind kind, string name, int partition)
    {
        Workspace = Names.ValidateForSystem(workspace, "workspace");
        Name = Names.ValidateForSystem(name, "name");
        _ = AgentKinds.ToName(kind);
        if ((uint)partition > PartitionMax)
        {
            throw new TemporalException(ErrorKind.Invalid, "invalid_partition", $"A partition is a number from 0 to {PartitionMax}.")
            {
                Field = "partition",
            };
        }

        Kind = kind;
        Partition = partition;
    }

    /// <summary>Name of the workspace.</summary>
    public string Workspace { get; }

    /// <summary>What the agent owns.</summary>
    public AgentKind Kind { get; }

    /// <summary>Name of the namespace, stream, ledger and so on.</summary>
    public string Name { get; }

    /// <summary>Which part of the name's slots the agent owns, from 0.</summary>
    public int Partition { get; }

    /// <summary>Whether this is the default value, which names no agent.</summary>
    public bool IsNone => Name is null;

    /// <summary>
    /// The first four bytes, read big-endian, of SHA-256(0x08 ‖ <c>ot/agent</c> ‖ text): the agent's part of a <see cref="WriteId"/>.
    /// Cost: one hash (about half a microsecond), so owners keep it.
    /// </summary>
    public uint Digest
    {
        get
        {
            Span<byte> input = stackalloc byte[9 + TextLengthMax];
            "\u0008ot/agent"u8.CopyTo(input);
            TryFormat(input[9..], out var length);
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData(input[..(9 + length)], hash);
            return BinaryPrimitives.ReadUInt32BigEndian(hash);
        }
    }

    /// <summary>Reads the text form.</summary>
    /// <exception cref="TemporalException"><see cref="ErrorKind.Invalid"/>, <c>invalid_agent_id</c>.</exception>
    public static AgentId Parse(string text) => TryParse(text, out var id)
        ? id
        : throw new TemporalException(ErrorKind.Invalid, "invalid_agent_id", "An agent id is written kind/workspace/name/partition, as in kv/default/users/0.");

    /// <summary>Reads the text form; false when it isn't one.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out AgentId id) => TryParse(text.AsSpan(), out id);

    /// <summary>Reads the text form from ASCII bytes; false when it isn't one. Cost: two strings.</summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out AgentId id)
    {
        Span<char> text = stackalloc char[TextLengthMax];
        id = default;
        return TryWiden(utf8, text, out var length) && TryParse(text[..length], out id);
    }

    /// <inheritdoc cref="TryParse(string?, out AgentId)"/>
    public static bool TryParse(ReadOnlySpan<char> text, out AgentId id)
    {
        id = default;
        if (!TrySplit(text, out var kind, out var workspace, out var name, out var partition))
        {
            return false;
        }

        id = new AgentId(workspace.ToString(), kind, name.ToString(), partition);
        return true;
    }

    /// <summary>Whether these ASCII bytes are the text of an agent id. Allocates nothing.</summary>
    public static bool IsText(ReadOnlySpan<byte> utf8)
    {
        Span<char> text = stackalloc char[TextLengthMax];
        return TryWiden(utf8, text, out var length) && TrySplit(text[..length], out _, out _, out _, out _);
    }

    /// <summary>Writes the text as ASCII bytes; false when it doesn't fit. <see cref="TextLengthMax"/> bytes always do.</summary>
    public bool TryFormat(Span<byte> utf8Destination, out int bytesWritten)
    {
        bytesWritten = 0;
        return IsNone || Utf8.TryWrite(
            utf8Destination,
            CultureInfo.InvariantCulture,
            $"{AgentKinds.ToName(Kind)}/{Workspace}/{Name}/{Partition}",
            out bytesWritten);
    }

    /// <summary>Writes the text; false when it doesn't fit. <see cref="TextLengthMax"/> characters always do.</summary>
    public bool TryFormat(Span<char> destination, out int charsWritten)
    {
        charsWritten = 0;
        return IsNone || destination.TryWrite(
            CultureInfo.InvariantCulture,
            $"{AgentKinds.ToName(Kind)}/{Workspace}/{Name}/{Partition}",
            out charsWritten);
    }

    /// <summary>The text form; empty for the default value.</summary>
    public override string ToString() =>
        IsNone ? "" : string.Create(CultureInfo.InvariantCulture, $"{AgentKinds.ToName(Kind)}/{Workspace}/{Name}/{Partition}");

    /// <inheritdoc/>
    string IFormattable.ToString(string? format, IFormatProvider? formatProvider) => ToString();

    /// <inheritdoc/>
    bool ISpanFormattable.TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        TryFormat(destination, out charsWritten);

    /// <inheritdoc/>
    bool IUtf8SpanFormattable.TryFormat(Span<byte> utf8Destination, out int bytesWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        TryFormat(utf8Destination, out bytesWritten);

    private static bool TryWiden(ReadOnlySpan<byte> utf8, Span<char> text, out int length)
    {
        length = 0;
        return utf8.Length <= TextLengthMax && Ascii.ToUtf16(utf8, text, out length) == OperationStatus.Done;
    }

    private static bool TrySplit(
        ReadOnlySpan<char> text, out AgentKind kind, out ReadOnlySpan<char> workspace, out ReadOnlySpan<char> name, out ushort partition)
    {
        kind = default;
        workspace = name = default;
        partition = 0;
        Span<Range> parts = stackalloc Range[5];
        if (text.Split(parts, '/') != 4)
        {
            return false;
        }

        workspace = text[parts[1]];
        name = text[parts[2]];
        var number = text[parts[3]];
        return AgentKinds.TryParse(text[parts[0]], out kind)
            && Names.IsValidForSystem(workspace)
            && Names.IsValidForSystem(name)
            && ushort.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out partition)
            && (number.Length == 1 || number[0] != '0');
    }
}
