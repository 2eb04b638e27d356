using System.Text.Json;

namespace OrleansTemporal.Signals;

/// <summary>What is known of an entity as JSON, the same over REST and on the command line.</summary>
public static class SignalReadingJson
{
    /// <summary>Writes a reading as the members of an object that is open.</summary>
    public static void WriteMembers(Utf8JsonWriter json, SignalReading reading)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(reading);
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
            WriteValues(json, values);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteValues(Utf8JsonWriter json, SignalValues values)
    {
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
