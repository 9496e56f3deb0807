package document

import "time"

// officeTime is what a start of LibreOffice and a conversion may take in addition
// to the time for the document itself: a cold start takes some ten seconds.
const officeTime = 60 * time.Second

// Prepare starts what reads a format, once in a process, and tells what a program
// outside of it may take in addition to the time for a document. Who gives
// documents a deadline calls it before: PDFium takes up to some seconds to start,
// and that is no fault of the first PDF.
func Prepare(f Format) (extra time.Duration, err error) {
	if f == PDF {
		_, err = pdfiumPool()
		return 0, err
	}
	if _, ok := legacy[f]; ok {
		extra = officeTime
	}
	return extra, nil
}
