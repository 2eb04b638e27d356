using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Channels;

/// <summary>Gathers what one delta says, within its bounds.</summary>
internal sealed class DeltaExplanationDraft(long sequence, HybridTimestamp systemTime)
{
    private readonly ImmutableArray<DeltaChange>.Builder changes = ImmutableArray.CreateBuilder<DeltaChange>();
    private int numbersLeft = Limits.ChangeNumbersMax;
    private double magnitude;
    private bool isCut;

    public bool IsErased { get; init; }

    /// <summary>True to add magnitudes up; else the largest counts.</summary>
    public bool AddsUp { get; set; }

    /// <summary>Takes a change; those above the bound count for the magnitude only.</summary>
    public void Add(DeltaChange change)
    {
        AddMagnitude(change.Magnitude);
        if (HasRoom())
        {
            changes.Add(change);
        }
    }

    /// <summary>Counts a change for the magnitude.</summary>
    public void AddMagnitude(double amount) => magnitude = AddsUp ? magnitude + amount : Math.Max(magnitude, amount);

    /// <summary>Whether one more change is told; notes that not all are when it is not.</summary>
    public bool HasRoom()
    {
        isCut |= changes.Count == Limits.DeltaChangesMax;
        return !isCut;
    }

    /// <summary>Whether so many numbers more are told; false leaves them out, and later ones may still fit.</summary>
    public bool TryTakeNumbers(int count)
    {
        if (count > numbersLeft)
        {
            return false;
        }

        numbersLeft -= count;
        return true;
    }

    public DeltaExplanation ToExplanation() => new()
    {
        Sequence = sequence,
        SystemTime = systemTime,
        Changes = changes.ToImmutable(),
        Magnitude = magnitude,
        IsErased = IsErased,
        IsCut = isCut,
    };

    /// <summary>Canonical bytes of an object.</summary>
    public static ReadOnlyMemory<byte> ObjectOf<T>(T state, Action<Utf8JsonWriter, T> writeMembers)
    {
        var buffer = new ArrayBufferWriter<byte>(128);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            writeMembers(json, state);
            json.WriteEndObject();
        }

        return CanonicalJson.Canonicalize(buffer.WrittenSpan);
    }
}
