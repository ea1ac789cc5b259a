using System.Globalization;
using System.Text.RegularExpressions;

namespace NotebookRunner;

/// <summary>
/// What a terminal shows of a program's output: a carriage return goes back to the start of the line, and what follows overwrites
/// it; a backspace erases, as in Jupyter; codes that move or clear are followed, those that colour or ring are dropped.
/// </summary>
internal sealed partial class TerminalText
{
    private const int MostColumns = 10_000;

    private readonly List<List<string>> _lines = [[]];
    private int _row, _column;

    /// <summary>The text as it stands on the terminal in the end; its lines end with line feeds.</summary>
    public static string Shown(string text)
    {
        text = LineEnds().Replace(text, "\n");
        if (!text.Any(c => char.IsControl(c) && c is not '\n' and not '\t')) return text;
        var terminal = new TerminalText();
        int at = 0;
        foreach (Match code in Codes().Matches(text))
        {
            terminal.Put(text[at..code.Index]);
            terminal.Follow(code);
            at = code.Index + code.Length;
        }
        terminal.Put(text[at..]);
        return string.Join('\n', terminal._lines.Select(line => string.Concat(line)));
    }

    private void Put(string text)
    {
        var characters = StringInfo.GetTextElementEnumerator(text);
        while (characters.MoveNext())
        {
            string character = characters.GetTextElement();
            switch (character[0])
            {
                case '\n' or '\v' or '\f' or '\u0085':
                    MoveTo(_row + 1, 0);
                    break;
                case '\r':
                    _column = 0;
                    break;
                case '\b' when _column > 0:
                    _column--;
                    if (_column < _lines[_row].Count) _lines[_row].RemoveAt(_column);
                    break;
                case '\t':
                    Write(character);
                    break;
                case var control when !char.IsControl(control):
                    Write(character);
                    break;
            }
        }
    }

    private void Write(string character)
    {
        var line = _lines[_row];
        while (line.Count < _column) line.Add(" ");
        if (_column < line.Count) line[_column] = character;
        else line.Add(character);
        _column++;
    }

    private void MoveTo(int row, int column)
    {
        (_row, _column) = (Math.Max(row, 0), Math.Clamp(column, 0, MostColumns));
        while (_lines.Count <= _row) _lines.Add([]);
    }

    private void Follow(Match code)
    {
        if (!int.TryParse(code.Groups["number"].Value, CultureInfo.InvariantCulture, out int number)) number = 0;
        int steps = Math.Clamp(number, 1, MostColumns);
        switch (code.Groups["command"].Value)
        {
            case "A":
                MoveTo(_row - steps, _column);
                break;
            case "B":
                MoveTo(Math.Min(_row + steps, _lines.Count - 1), _column);
                break;
            case "C":
                MoveTo(_row, _column + steps);
                break;
            case "D":
                MoveTo(_row, _column - steps);
                break;
            case "G":
                MoveTo(_row, steps - 1);
                break;
            case "K":
                Clear(number);
                break;
            case "E":
                MoveTo(Math.Min(_row + steps, _lines.Count - 1), 0);
                break;
            case "F":
                MoveTo(_row - steps, 0);
                break;
            case "J" when number >= 2:
                _lines.Clear();
                MoveTo(0, 0);
                break;
            case "J":
                Clear(number);
                for (int row = 0; number == 1 && row < _row; row++) _lines[row].Clear();
                if (number == 0) _lines.RemoveRange(_row + 1, _lines.Count - _row - 1);
                break;
        }
    }

    // 0: from here to the end of the line; 1: from its start to here; 2: all of it.
    private void Clear(int part)
    {
        var line = _lines[_row];
        if (part == 1)
            for (int i = 0; i <= _column && i < line.Count; i++) line[i] = " ";
        else if (part == 2) line.Clear();
        else if (_column < line.Count) line.RemoveRange(_column, line.Count - _column);
    }

    [GeneratedRegex(@"\r+\n")]
    private static partial Regex LineEnds();

    [GeneratedRegex(
        @"(\x1b\[|\x9b)((?<number>[0-9]*)[0-?]*[ -/]*(?<command>[@-~])|[0-?]*[ -/]*$)"
        + @"|\x1b([\]PX^_][^\x07\x1b]*(\x07|\x1b\\)?|[ -/]+[0-~]|[0-~])",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Codes();
}
