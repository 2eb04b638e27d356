using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;

namespace OrleansTemporal.Vectors;

internal sealed partial class VectorCore
{
    private protected override void Explain(in DeltaRecord delta, DeltaExplanationDraft draft)
    {
        if (delta.Kind == VectorPayloadFormat.Index)
        {
            var settings = VectorIndexPayload.Read(delta.Payload, delta.Sequence).Settings;
            draft.Add(new DeltaChange { Type = ChangeType.Insert, Key = "", Value = DeltaExplanationDraft.ObjectOf(settings, VectorSettingsJson.WriteMembers) });
            return;
        }

        var (collection, versions) = VersionsOf(delta.Sequence);
        foreach (var (version, before) in versions)
        {
            draft.Add(Explain(collection!, version, before, draft));
        }
    }

    private static DeltaChange Explain(VectorCollection collection, in VectorSlot version, in VectorSlot? before, DeltaExplanationDraft draft)
    {
        var had = before is { IsDelete: false };
        var values = version.IsDelete ? default : collection.ValuesOf(version);
        var magnitude = Distance(values, had ? collection.ValuesOf(before!.Value) : default);
        if (version.IsDelete)
        {
            return new DeltaChange { Type = ChangeType.Delete, Key = version.Id, Magnitude = magnitude };
        }

        var isTold = draft.TryTakeNumbers(values.Length);
        return new DeltaChange
        {
            Type = had ? ChangeType.Update : ChangeType.Insert,
            Key = version.Id,
            Value = DeltaExplanationDraft.ObjectOf((version.Metadata, Values: isTold ? values.ToArray() : null), WriteVersion),
            Magnitude = magnitude,
            IsCut = !isTold,
        };
    }

    private static void WriteVersion(Utf8JsonWriter json, (byte[] Metadata, float[]? Values) version)
    {
        if (version.Metadata.Length > 0)
        {
            json.WritePropertyName("metadata");
            json.WriteRawValue(version.Metadata);
        }

        if (version.Values is { } values)
        {
            json.WriteStartArray("vector");
            foreach (var value in values)
            {
                json.WriteNumberValue(value);
            }

            json.WriteEndArray();
        }
    }

    // What a vector moves by; one that comes or goes moves by its length.
    private static double Distance(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        var sum = 0d;
        for (var i = 0; i < Math.Max(left.Length, right.Length); i++)
        {
            var difference = (left.IsEmpty ? 0d : left[i]) - (right.IsEmpty ? 0d : right[i]);
            sum += difference * difference;
        }

        return Math.Sqrt(sum);
    }

    // What a delta wrote, each with the version before it; rows and slots never change once they are written.
    private (VectorCollection? Collection, List<(VectorSlot Version, VectorSlot? Before)> Versions) VersionsOf(long sequence)
    {
        var versions = new List<(VectorSlot Version, VectorSlot? Before)>();
        lock (Gate)
        {
            var collection = collections.FindLast(one => one.FirstOf(sequence) >= 0);
            for (var slot = collection?.FirstOf(sequence) ?? int.MaxValue; slot < (collection?.VersionCount ?? 0) && collection![slot].Sequence == sequence; slot++)
            {
                var version = collection[slot];
                versions.Add((version, version.Previous < 0 ? null : collection[version.Previous]));
            }

            return (collection, versions);
        }
    }
}
