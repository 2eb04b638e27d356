using OrleansTemporal.Errors;

namespace OrleansTemporal.Hosting;

/// <summary>Limits of the REST front end. Bound from the section <c>OrleansTemporal:Http</c> and validated at start.</summary>
public sealed class OrleansTemporalHttpOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string SectionName = "OrleansTemporal:Http";

    /// <summary>How far a client's clock may be ahead: 500 ms, as everywhere in the product.</summary>
    public static readonly TimeSpan ClockOffsetMax = TimeSpan.FromMilliseconds(500);

    /// <summary>Longest request: as long as the slowest durable write under load, and shorter than a client's patience.</summary>
    public static readonly TimeSpan RequestTimeoutDefault = TimeSpan.FromSeconds(30);

    /// <summary>How long requests in flight may finish when the process is asked to stop.</summary>
    public static readonly TimeSpan StopTimeoutDefault = TimeSpan.FromSeconds(20);

    /// <summary>Open connections: each costs a file and some tens of kilobytes.</summary>
    public const int ConnectionsMaxDefault = 4_096;

    /// <summary>Requests that run at once: a body of 16 MiB each is what the memory has to bear.</summary>
    public const int RequestsConcurrentMaxDefault = 1_024;

    /// <summary>Requests that wait for deltas or stream them: each costs a connection and a place in memory, and no thread.</summary>
    public const int StreamsConcurrentMaxDefault = 4_000;

    /// <summary>Bytes of all headers of one request.</summary>
    public const int HeaderBytesMaxDefault = 32 << 10;

    /// <summary>Disk space that stays free: enough to seal what is in memory and to stop cleanly.</summary>
    public const long DiskFreeBytesMinDefault = 256L << 20;

    /// <summary>Bytes that an answer of several values grows to before it continues on the next page.</summary>
    public const int AnswerBytesMaxDefault = 16 << 20;

    /// <summary>Time that one request may take, its body included.</summary>
    public TimeSpan RequestTimeout { get; set; } = RequestTimeoutDefault;

    /// <summary>Time that requests in flight get when the process stops.</summary>
    public TimeSpan StopTimeout { get; set; } = StopTimeoutDefault;

    /// <summary>Connections that the server accepts; more are closed at once.</summary>
    public int ConnectionsMax { get; set; } = ConnectionsMaxDefault;

    /// <summary>Requests that run at once; more are answered 503 <c>too_busy</c>.</summary>
    public int RequestsConcurrentMax { get; set; } = RequestsConcurrentMaxDefault;

    /// <summary>Requests that wait for deltas or stream them at once, beside those that run; more are answered 503 <c>too_busy</c>.</summary>
    public int StreamsConcurrentMax { get; set; } = StreamsConcurrentMaxDefault;

    /// <summary>Whether webhooks may go to private, loopback and link-local addresses.</summary>
    public bool WebhooksAllowPrivate { get; set; }

    /// <summary>Bytes of all headers of one request; more are answered 431 by the server itself.</summary>
    public int HeaderBytesMax { get; set; } = HeaderBytesMaxDefault;

    /// <summary>Heap in bytes above which writes are answered 429 <c>quota_exceeded</c>; 0 for no limit.</summary>
    public long HeapBytesMax { get; set; }

    /// <summary>Files and sockets above which writes are answered 503 <c>too_busy</c>; 0 for no limit.</summary>
    public int OpenFilesMax { get; set; }

    /// <summary>Free bytes on the data disk below which writes are answered 503 <c>not_ready</c>; 0 for no limit.</summary>
    public long DiskFreeBytesMin { get; set; } = DiskFreeBytesMinDefault;

    /// <summary>Bytes that an answer of several values grows to before it continues on the next page.</summary>
    public int AnswerBytesMax { get; set; } = AnswerBytesMaxDefault;

    /// <summary>Refuses settings that can not work, in words.</summary>
    /// <exception cref="TemporalException">Invalid, <c>invalid_field</c>, naming the setting.</exception>
    public void Validate()
    {
        Check(RequestTimeout > TimeSpan.Zero && RequestTimeout < TimeSpan.FromDays(1), nameof(RequestTimeout), "is more than zero and less than a day");
        Check(StopTimeout >= TimeSpan.Zero && StopTimeout < TimeSpan.FromDays(1), nameof(StopTimeout), "is less than a day");
        Check(ConnectionsMax > 0, nameof(ConnectionsMax), "is more than zero");
        Check(RequestsConcurrentMax > 0, nameof(RequestsConcurrentMax), "is more than zero");
        Check(StreamsConcurrentMax > 0, nameof(StreamsConcurrentMax), "is more than zero");
        Check(HeaderBytesMax is >= 1_024 and <= 1 << 20, nameof(HeaderBytesMax), "is from 1 KiB to 1 MiB");
        Check(HeapBytesMax >= 0, nameof(HeapBytesMax), "is not negative");
        Check(OpenFilesMax >= 0, nameof(OpenFilesMax), "is not negative");
        Check(DiskFreeBytesMin >= 0, nameof(DiskFreeBytesMin), "is not negative");
        Check(AnswerBytesMax is >= 4_096 and <= 1 << 30, nameof(AnswerBytesMax), "is from 4 KiB to 1 GiB");
    }

    private static void Check(bool holds, string setting, string rule)
    {
        if (!holds)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, $"The setting {SectionName}:{setting} {rule}.")
            {
                Field = setting,
            };
        }
    }
}
