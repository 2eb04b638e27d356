using OrleansTemporal.Causality;
using OrleansTemporal.Requests;

namespace OrleansTemporal.Signals;

/// <summary>Readings as JSON.</summary>
internal static class SignalJson
{
    /// <summary>Writes the fields of a reading into the open object.</summary>
    internal static void WriteReading(JsonAnswer answer, SignalReading reading)
    {
        var json = answer.Writer;
        json.WriteString("entity"u8, reading.Entity);
        if (reading.Value is { } value)
        {
            json.WriteNumber("value"u8, value);
            return;
        }

        json.WriteStartObject("signals"u8);
        foreach (var values in reading.Signals)
        {
            json.WriteStartObject(values.Signal);
            WriteValues(answer, values);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    /// <summary>Writes what an answer is of: <c>at</c> and <c>asOf</c>.</summary>
    internal static void WriteMoment(JsonAnswer answer, EventTime at, HybridTimestamp systemTime, AsOf asked)
    {
        answer.Writer.WriteString("at"u8, at.ToString());
        Answers.WriteAsOf(answer, systemTime, asked);
    }

    private static void WriteValues(JsonAnswer answer, SignalValues values)
    {
        var json = answer.Writer;
        json.WriteNumber("score"u8, values.Scores[0].Value);
        json.WriteStartObject("scores"u8);
        foreach (var score in values.Scores)
        {
            json.WriteNumber(score.HalfLife.Text, score.Value);
        }

        json.WriteEndObject();
        if (values.LastEvent is { } last)
        {
            json.WriteString("lastEvent"u8, last.ToString());
        }
        else
        {
            json.WriteNull("lastEvent"u8);
        }

        json.WriteStartObject("counts"u8);
        foreach (var window in values.Windows)
        {
            json.WriteNumber(window.Window.Text, window.Count);
        }

        json.WriteNumber("all"u8, values.Count);
        json.WriteEndObject();
        json.WriteStartObject("sums"u8);
        foreach (var window in values.Windows)
        {
            json.WriteNumber(window.Window.Text, window.Sum);
        }

        json.WriteNumber("all"u8, values.Sum);
        json.WriteEndObject();
        json.WriteStartObject("velocity"u8);
        foreach (var window in values.Windows)
        {
            json.WriteNumber(window.Window.Text, window.Velocity);
        }

        json.WriteEndObject();
        json.WriteStartObject("windowStart"u8);
        foreach (var window in values.Windows)
        {
            json.WriteString(window.Window.Text, window.Start.ToString());
        }

        json.WriteEndObject();
    }
}
