using System.Buffers.Text;
using OrleansTemporal.Agents;
using OrleansTemporal.Channels;

namespace OrleansTemporal.Kv;

/// <summary>Changes of documents in the words that all facets share.</summary>
internal static class KvExplanations
{
    public static DeltaChange Of(KvChange change) => new()
    {
        Type = change.Kind switch
        {
            null => null,
            KvOperationKind.Put => change.HadValue ? ChangeType.Update : ChangeType.Insert,
            _ => ChangeType.Delete,
        },
        Key = change.Key,
        Value = change.Value,
        Magnitude = MagnitudeOf(change.Value.Span),
        IsEncrypted = change.IsEncrypted,
    };

    /// <summary>What a delta says whose changes its reader has already; the agent need not be asked.</summary>
    public static DeltaExplanation Of(AgentDelta delta)
    {
        var draft = new DeltaExplanationDraft(delta.Sequence, delta.SystemTime) { IsErased = delta.Payload is null };
        foreach (var change in delta.Changes)
        {
            draft.Add(Of(change));
        }

        return draft.ToExplanation();
    }

    // A document that is a number is as large as the number; it is canonical, so nothing stands before or behind it.
    private static double MagnitudeOf(ReadOnlySpan<byte> value) =>
        !value.IsEmpty && (value[0] == '-' || char.IsAsciiDigit((char)value[0]))
        && Utf8Parser.TryParse(value, out double number, out var length) && length == value.Length && double.IsFinite(number)
            ? Math.Abs(number)
            : 0;
}
