using System.Globalization;
using System.Text;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Local;

/// <summary>
/// The file <c>format</c> of a data folder: one decimal number and a line feed. It says which layout the rest of the
/// folder has, so that an older release never touches what it would misread.
/// </summary>
public static class DataFolderFormat
{
    /// <summary>The layout that this release writes.</summary>
    public const int Current = 1;

    private const string FileName = "format";
    private const string TemporaryName = "format.new";
    private const int LengthBytesMax = 16;

    /// <summary>Checks the format of a folder, and gives a new folder the current one.</summary>
    /// <returns>The number that stands in the folder.</returns>
    /// <exception cref="TemporalException">Invalid, <c>format_too_new</c>; Corrupt, <c>corrupt</c>, when it is no number.</exception>
    public static async ValueTask<int> EnsureAsync(IFileSystem files, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(files);
        using (var file = await files.OpenAsync(FileName, create: false, cancellationToken).ConfigureAwait(false))
        {
            if (file is not null)
            {
                return await ReadAsync(file, cancellationToken).ConfigureAwait(false);
            }
        }

        using (var file = await files.OpenAsync(TemporaryName, create: true, cancellationToken).ConfigureAwait(false))
        {
            var text = Encoding.ASCII.GetBytes(Current.ToString(CultureInfo.InvariantCulture) + "\n");
            await file!.SetLengthAsync(text.Length, cancellationToken).ConfigureAwait(false);
            await file.WriteAsync(0, text, cancellationToken).ConfigureAwait(false);
            await file.FlushAsync(cancellationToken).ConfigureAwait(false);
        }

        await files.RenameAsync(TemporaryName, FileName, replace: true, cancellationToken).ConfigureAwait(false);
        await files.FlushFolderAsync("", cancellationToken).ConfigureAwait(false);
        return Current;
    }

    private static async ValueTask<int> ReadAsync(IDataFile file, CancellationToken cancellationToken)
    {
        var buffer = new byte[LengthBytesMax];
        var length = await file.ReadAsync(0, buffer, cancellationToken).ConfigureAwait(false);
        var text = Encoding.ASCII.GetString(buffer, 0, length);
        if (!text.EndsWith('\n') || !int.TryParse(text.AsSpan(0, length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < 1)
        {
            throw new TemporalException(ErrorKind.Corrupt, ErrorCodes.Corrupt, $"The file '{FileName}' of the data folder holds no format number.");
        }

        return number <= Current
            ? number
            : throw new TemporalException(
                ErrorKind.Invalid,
                ErrorCodes.FormatTooNew,
                $"The data folder has format {number}; this release reads formats up to {Current}. Nothing was changed.");
    }
}
