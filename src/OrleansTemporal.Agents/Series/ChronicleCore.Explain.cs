using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;

namespace OrleansTemporal.Series;

internal sealed partial class ChronicleCore
{
    private protected override void Explain(in DeltaRecord delta, DeltaExplanationDraft draft)
    {
        if (delta.Kind == SeriesDeletionPayload.Delete)
        {
            var selector = SeriesDeletionPayload.Read(delta.Payload.Span);
            draft.Add(new DeltaChange { Type = ChangeType.Delete, Key = selector.Field ?? "", Value = DeltaExplanationDraft.ObjectOf(selector, WriteSelector) });
            return;
        }

        if (delta.Kind == SeriesKeepPayload.Keep)
        {
            var keep = SeriesKeepPayload.Read(delta.Payload.Span);
            if (!keep.IsPlanned)
            {
                draft.Add(new DeltaChange { Type = ChangeType.Delete, Key = "", Value = DeltaExplanationDraft.ObjectOf(keep.Kept, WriteKept) });
            }

            return;
        }

        if (delta.Kind != SeriesPayload.Record)
        {
            return;
        }

        var points = SeriesPayload.Read(delta.Payload.Span);
        var names = NamesOf(points);
        for (var i = 0; i < points.Rows.Length; i++)
        {
            var magnitude = Math.Abs(points.Values[i]);
            if (!draft.HasRoom())
            {
                draft.AddMagnitude(magnitude);
                continue;
            }

            var value = DeltaExplanationDraft.ObjectOf((Time: points.Times[i], Value: points.Values[i]), static (json, point) =>
            {
                json.WriteString("time", new EventTime(point.Time).ToString());
                json.WriteNumber("value", point.Value);
            });
            draft.Add(new DeltaChange { Type = ChangeType.Insert, Key = names[points.Rows[i]], Value = value, Magnitude = magnitude });
        }
    }

    // A series that the agent knew when it wrote the delta is named by its place, which it keeps for ever.
    private string[] NamesOf(in SeriesPayloadRows points)
    {
        var names = new string[points.Ordinals.Length];
        lock (Gate)
        {
            for (var i = 0; i < names.Length; i++)
            {
                names[i] = points.Texts[i] ?? index[(int)points.Ordinals[i]].Key.Text;
            }
        }

        return names;
    }

    private static void WriteKept(Utf8JsonWriter json, SeriesKept kept)
    {
        if (kept.From != long.MinValue)
        {
            json.WriteString("keptFrom", new EventTime(kept.From).ToString());
        }

        json.WriteStartArray("windows");
        foreach (var band in kept.Bands)
        {
            json.WriteStartObject();
            json.WriteString("before", new EventTime(band.Before).ToString());
            json.WriteString("window", SeriesKept.ResolutionOf(band.Step));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteSelector(Utf8JsonWriter json, SeriesSelector selector)
    {
        if (selector.From != long.MinValue)
        {
            json.WriteString("from", new EventTime(selector.From).ToString());
        }

        if (selector.To != long.MaxValue)
        {
            json.WriteString("to", new EventTime(selector.To).ToString());
        }

        json.WriteStartArray("tags");
        foreach (var tag in selector.Tags)
        {
            json.WriteStartObject();
            json.WriteString("name", tag.Name);
            json.WriteString(tag.Kind is TagMatcherKind.Equal or TagMatcherKind.NotEqual ? "value" : "pattern", tag.Value);
            json.WriteBoolean("not", tag.Kind is TagMatcherKind.NotEqual or TagMatcherKind.NotMatches);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
