using System.Globalization;
using System.Net;
using System.Text;
using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>
/// Images side by side, each with a caption; plain HTML, so that it shows where no script runs. Made by <see cref="Charts.ImageGrid"/>
/// and <see cref="Charts.Films"/>.
/// </summary>
public sealed class ImageGrid : IHtmlReport
{
    private readonly string[] _uris;
    private readonly string[] _captions;
    private readonly int _columns;
    private readonly int _width;
    private readonly string _title;

    internal ImageGrid(Tensor images, IReadOnlyList<string>? captions, int columns, int width, string title)
    {
        bool real = images.is_floating_point(), four = images.dim() == 4;
        bool last = four && images.shape[3] == 3, first = four && images.shape[1] == 3 && !last,
            oneChannel = four && images.shape[1] == 1 && !last;
        if (!(real || images.dtype == ScalarType.Byte) || !(images.dim() == 3 || oneChannel || first || last))
            throw new ArgumentException(
                "Expected images [n, height, width] or [n, 1, height, width] grey, [n, 3, height, width] or [n, height, width, 3] RGB, "
                + $"uint8 or real from 0 to 1; got {images.dtype} [{string.Join(", ", images.shape)}].", nameof(images));
        if (captions is not null && captions.Count != images.shape[0])
            throw new ArgumentException($"Expected {images.shape[0]} captions, one per image; got {captions.Count}.", nameof(captions));
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        using var scope = NewDisposeScope();
        if (oneChannel) images = images.squeeze(1);
        if (first) images = images.permute(0, 2, 3, 1);
        if (real) images = images.detach().nan_to_num().clamp(0, 1).mul(255).round().to_type(ScalarType.Byte);
        _uris = [.. Enumerable.Range(0, (int)images.shape[0]).Select(i => Png.DataUri(images[i]))];
        _captions = captions is null ? [.. _uris.Select(_ => "")] : [.. captions];
        (_columns, _width, _title) = (columns, width, title);
    }

    internal ImageGrid(IReadOnlyList<(string Caption, Tensor Frames)> films, int milliseconds, int width, string title)
    {
        if (films.Count == 0) throw new ArgumentException("Expected at least one film.", nameof(films));
        foreach (var (caption, frames) in films)
            if (frames.dtype != ScalarType.Byte || frames.dim() != 3 || frames.shape[0] == 0)
                throw new ArgumentException(
                    $"Expected films uint8 [t, height, width]; got {frames.dtype} [{string.Join(", ", frames.shape)}] in '{caption}'.",
                    nameof(films));
        if (milliseconds is < 1 or > short.MaxValue)
            throw new ArgumentOutOfRangeException(nameof(milliseconds), milliseconds, $"Expected 1 to {short.MaxValue} milliseconds.");
        _uris = [.. films.Select(film => Png.AnimationUri(film.Frames, milliseconds))];
        _captions = [.. films.Select(film => film.Caption)];
        (_columns, _width, _title) = (films.Count, width, title);
    }

    /// <inheritdoc/>
    public string ToHtml()
    {
        var html = new StringBuilder("<figure class=\"nbh-images\" style=\"margin:0\">");
        if (_title.Length > 0)
            html.Append(
                CultureInfo.InvariantCulture,
                $"<figcaption style=\"font-weight:600;margin-bottom:.4em\">{WebUtility.HtmlEncode(_title)}</figcaption>");
        // On a narrow page the grid scrolls sideways rather than break a word of a caption; all columns stay equally wide.
        double longestWord = _captions.SelectMany(caption => caption.Split(' ')).Max(word => (int?)word.Length) * 0.6 ?? 0;
        html.Append(
            CultureInfo.InvariantCulture,
            $"<div style=\"display:grid;overflow-x:auto;font-size:.8em;gap:8px;"
                + $"grid-template-columns:repeat({_columns},minmax(min({_width}px,{longestWord:0.#}em),{_width}px))\">");
        for (int i = 0; i < _uris.Length; i++)
        {
            string caption = WebUtility.HtmlEncode(_captions[i]), name = caption.Length > 0 ? caption : $"image {i + 1}";
            const string look = "style=\"width:100%;image-rendering:pixelated\"";
            html.Append("<div style=\"text-align:center\">");
            html.Append(CultureInfo.InvariantCulture, $"<img src=\"{_uris[i]}\" alt=\"{name}\" {look}>{caption}</div>");
        }
        return html.Append("</div></figure>").ToString();
    }

    /// <inheritdoc/>
    public override string ToString() =>
        $"{(_title.Length > 0 ? _title + ": " : "")}{_uris.Length} images"
            + (_captions.Any(caption => caption.Length > 0) ? $" ({string.Join(", ", _captions)})" : "");
}
